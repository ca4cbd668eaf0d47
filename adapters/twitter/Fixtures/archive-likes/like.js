window.YTD.like.part0 = [
 {
  "like": {
   "tweetId": "1990000000000001301",
   "fullText": "nice",
   "expandedUrl": "https://x.com/i/web/status/1990000000000001301"
  }
 },
 {
  "like": {
   "tweetId": "1990000000000000101",
   "fullText": "Thanks @acmeair &amp; crew 🧳 #luggage https://t.co/abcdefghij",
   "expandedUrl": "https://twitter.com/mina_k/status/1990000000000000101"
  }
 },
 {
  "like": {
   "tweetId": "1990000000000001302",
   "expandedUrl": "https://twitter.com/i/web/status/1990000000000001302"
  }
 }
]
