window.YTD.tweets.part0 = [
 {
  "tweet": {
   "created_at": "Sun Mar 01 08:01:00 +0000 2026",
   "id": "1990000000000001101",
   "id_str": "1990000000000001101",
   "truncated": false,
   "source": "<a href=\"http://x.example\" rel=\"nofollow\">X Web App</a>",
   "is_quote_status": false,
   "retweet_count": "2",
   "favorite_count": "5",
   "entities": {
    "hashtags": [],
    "symbols": [],
    "urls": [],
    "user_mentions": [
     {
      "name": "Mina Korhonen",
      "screen_name": "mina_k",
      "indices": [
       "0",
       "7"
      ],
      "id_str": "1000000002",
      "id": "1000000002"
     }
    ]
   },
   "favorited": false,
   "retweeted": false,
   "lang": "en",
   "full_text": "@mina_k our &quot;pleasure&quot; &amp; duty",
   "display_text_range": [
    "0",
    "43"
   ],
   "edit_info": {
    "initial": {
     "editTweetIds": [
      "1990000000000001101"
     ],
     "editableUntil": "2026-03-01T09:00:00.000Z",
     "editsRemaining": "5",
     "isEditEligible": true
    }
   },
   "in_reply_to_status_id": "1990000000000000801",
   "in_reply_to_status_id_str": "1990000000000000801",
   "in_reply_to_screen_name": "mina_k",
   "in_reply_to_user_id_str": "1000000002"
  }
 },
 {
  "tweet": {
   "created_at": "Sun Mar 01 08:02:00 +0000 2026",
   "id": "1990000000000001102",
   "id_str": "1990000000000001102",
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
   "full_text": "@acmeair I have waited at the desk for five hours and every hour somebody tells me that it will take one more hour. I have waited at the desk for five hours and every hour somebody tells me that it will take one more hour. I have waited at the desk for five hours and ev…",
   "display_text_range": [
    "0",
    "271"
   ],
   "edit_info": {
    "initial": {
     "editTweetIds": [
      "1990000000000001102"
     ],
     "editableUntil": "2026-03-01T09:00:00.000Z",
     "editsRemaining": "5",
     "isEditEligible": true
    }
   }
  }
 },
 {
  "tweet": {
   "created_at": "Sun Mar 01 08:03:00 +0000 2026",
   "id": "1990000000000001103",
   "id_str": "1990000000000001103",
   "truncated": false,
   "source": "<a href=\"http://x.example\" rel=\"nofollow\">X Web App</a>",
   "is_quote_status": false,
   "retweet_count": "2",
   "favorite_count": "5",
   "entities": {
    "hashtags": [
     {
      "text": "acme",
      "indices": [
       "19",
       "24"
      ]
     }
    ],
    "symbols": [],
    "urls": [],
    "user_mentions": [
     {
      "name": "Mina Korhonen",
      "screen_name": "mina_k",
      "indices": [
       "3",
       "10"
      ],
      "id_str": "1000000002",
      "id": "1000000002"
     }
    ]
   },
   "favorited": false,
   "retweeted": false,
   "lang": "en",
   "full_text": "RT @mina_k: thanks #acme",
   "display_text_range": [
    "0",
    "24"
   ],
   "edit_info": {
    "initial": {
     "editTweetIds": [
      "1990000000000001103"
     ],
     "editableUntil": "2026-03-01T09:00:00.000Z",
     "editsRemaining": "5",
     "isEditEligible": true
    }
   }
  }
 },
 {
  "tweet": {
   "created_at": "Sun Mar 01 08:04:00 +0000 2026",
   "id": "1990000000000001104",
   "id_str": "1990000000000001104",
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
   "full_text": "Edited once",
   "display_text_range": [
    "0",
    "11"
   ],
   "edit_info": {
    "initial": {
     "editTweetIds": [
      "1990000000000001100",
      "1990000000000001104"
     ],
     "editableUntil": "2026-03-01T09:00:00.000Z",
     "editsRemaining": "4",
     "isEditEligible": true
    }
   }
  }
 },
 {
  "tweet": {
   "full_text": "no id"
  }
 }
];
