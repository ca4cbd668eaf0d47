window.YTD.note_tweet.part0 = [
 {
  "noteTweet": {
   "noteTweetId": "1",
   "noteTweetResults": {
    "text": "@acmeair I have waited at the desk for five hours and every hour somebody tells me that it will take one more hour. I have waited at the desk for five hours and every hour somebody tells me that it will take one more hour. I have waited at the desk for five hours and every hour somebody tells me that it will take one more hour. I have waited at the desk for five hours and every hour somebody tells me that it will take one more hour. #AcmeFail",
    "entitySet": {
     "hashtags": [],
     "symbols": [],
     "userMentions": [],
     "urls": []
    }
   },
   "tweetId": "1990000000000001102"
  }
 }
]