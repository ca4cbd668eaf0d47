window.YTD.direct_messages.part0 = [
 {
  "dmConversation": {
   "conversationId": "1000000001-1000000002",
   "messages": [
    {
     "messageCreate": {
      "recipientId": "1000000001",
      "reactions": [],
      "urls": [],
      "text": "hello &lt;3",
      "mediaUrls": [
       "https://ton.example/dm/1/a.jpg"
      ],
      "senderId": "1000000002",
      "id": "1990000000000001201",
      "createdAt": "2026-03-01T10:00:00.000Z"
     }
    },
    {
     "messageCreate": {
      "recipientId": "1000000002",
      "reactions": [
       {
        "senderId": "1000000002",
        "reactionKey": "like",
        "eventId": "3",
        "createdAt": "2026-03-01T10:02:00.000Z"
       }
      ],
      "urls": [
       {
        "url": "https://t.co/filefilefi",
        "expanded": "https://acme.example/file",
        "display": "acme.example/file"
       }
      ],
      "text": "see https://t.co/filefilefi",
      "mediaUrls": [],
      "senderId": "1000000001",
      "id": "1990000000000001202",
      "createdAt": "2026-03-01T10:01:00.000Z"
     }
    },
    {
     "joinConversation": {
      "initiatingUserId": "7"
     }
    }
   ]
  }
 }
]