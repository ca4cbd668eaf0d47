window.YTD.like.part1 = [
 {
  "like": {
   "tweetId": 1990000000000001303,
   "fullText": "Acme Air tells us about the new cabin, seat by seat, row by row, and why nobody needs a window when there are so many… https://t.co/abcdefghij",
   "expandedUrl": "javascript:alert(1)"
  }
 },
 {
  "like": {
   "fullText": "no id"
  }
 },
 {
  "like": {
   "tweetId": "1990000000000001304",
   "fullText": "who says so?",
   "expandedUrl": "https://twitter.com/search?q=acme/status/1990000000000001304"
  }
 },
 "a like?"
];
