window.YTD.account.part0 = [
 {
  "account": {
   "email": "care@acme.example",
   "createdVia": "web",
   "username": "acmeair",
   "accountId": "1000000001",
   "createdAt": "2012-05-04T10:11:12.000Z",
   "accountDisplayName": "Acme Air ✈️"
  }
 }
]