<?xml version="1.0" encoding="UTF-8"?>
<CHANNEL HREF="http://oldnews.example/" LASTMOD="2003-12-01T10:00">
  <TITLE>Old News</TITLE>
  <ABSTRACT>From when channels were active</ABSTRACT>
  <ITEM HREF="http://oldnews.example/1" LASTMOD="2003-11-30T09:00">
    <TITLE>Acme Air founded</TITLE>
    <ABSTRACT>One aeroplane, two pilots</ABSTRACT>
  </ITEM>
</CHANNEL>
