window.YTD.like.part0 = [
 {
  "like": {
   "tweetId": "1990000000000001301",
   "fullText": "nice",
   "expandedUrl": "https://x.com/i/web/status/1990000000000001301"
  }
 }
]