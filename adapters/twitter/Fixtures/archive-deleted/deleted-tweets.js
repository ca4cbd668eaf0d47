window.YTD.deleted_tweets.part0 = [
 {
  "tweet": {
   "created_at": "Sun Mar 01 08:05:00 +0000 2026",
   "id": "1990000000000001105",
   "id_str": "1990000000000001105",
   "truncated": false,
   "source": "<a href=\"http://x.example\" rel=\"nofollow\">X Web App</a>",
   "is_quote_status": false,
   "retweet_count": "2",
   "favorite_count": "5",
   "entities": {
    "hashtags": [],
    "symbols": [],
    "urls": [],
    "user_mentions": []
   },
   "favorited": false,
   "retweeted": false,
   "lang": "en",
   "full_text": "oops",
   "display_text_range": [
    "0",
    "4"
   ],
   "edit_info": {
    "initial": {
     "editTweetIds": [
      "1990000000000001105"
     ],
     "editableUntil": "2026-03-01T09:00:00.000Z",
     "editsRemaining": "5",
     "isEditEligible": true
    }
   },
   "deleted_at": "Sun Mar 01 09:00:00 +0000 2026"
  }
 }
]