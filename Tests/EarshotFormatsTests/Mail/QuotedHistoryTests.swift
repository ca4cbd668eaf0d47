import Earshot
import EarshotFormats
import Testing

struct QuotedHistoryTests {
    /// What is new in a text, or nil.
    private func newest(_ text: String) -> String? {
        guard let range = Array(text.utf8).withBytes({ QuotedHistory.newestPart(in: $0) }) else { return nil }
        let scalars = Array(text.unicodeScalars)
        return String(String.UnicodeScalarView(scalars[range]))
    }

    @Test(arguments: [
        "On Mon, 12 Jan 2026 at 10:00, Jan <jan@example.org> wrote:\n> old",
        "On Mon, 12 Jan 2026 at 10:00, Jan Example\n<jan@example.org> wrote:\n\n> old",
        "ma 12. tammik. 2026 klo 10.00 Jan (jan@example.org) kirjoitti:\n\n> old",
        "W dniu 12.01.2026 o 10:00, Jan pisze:\n> old",
        "pon., 12 sty 2026 o 10:00 Jan <jan@example.org> napisał(a):\n\n> old",
        "Dana 12. 1. 2026. u 10:00 Jan <jan@example.org> je napisao/la:\n> old",
        "Am 12.01.26 um 10:00 schrieb Jan:\n> old",
        "-----Original Message-----\nFrom: Jan\nold",
        "-----Ursprüngliche Nachricht-----\nVon: Jan\nold",
        "-----Alkuperäinen viesti-----\nLähettäjä: Jan\nold",
        "---------- Forwarded message ---------\nFrom: Jan\nold",
        "From: Jan\nSent: Monday\nTo: me\nSubject: x\n\nold",
        "*Von:* Jan\n*Gesendet:* Montag\n\nold",
        "Lähettäjä: Jan\nLähetetty: maanantai\n\nold",
        "Od: Jan\nWysłano: poniedziałek\n\nold",
        "Od: Jan\nPoslano: ponedjeljak\n\nold",
        "________________________________\nFrom: Jan\nSent: Monday\n\nold",
        "________________________________\n\nFrom: Jan\nSent: Monday\n\nold",
        "Am Mo., 12. Jan. 2026 um 10:00 Uhr schrieb Jan-Kathrin Langername <\njan@example.org>:\n\n> old",
        "Jan Example kirjoitti 12.1.2026 klo 10.00:\n\nold", "Lähettäjä: Jan\nPäiväys: maanantai\n\nold",
        "Wiadomość napisana przez Jan <jan@example.org> w dniu 12 sty 2026, o godz. 10:00:\n\nold",
        "Od: Jan\nWysłane: poniedziałek\n\nold", "Anfang der weitergeleiteten Nachricht:\n\nVon: Jan\nold",
        "Gesendet: Freitag, 03. Januar 2025 um 10:15 Uhr\nVon: \"Jan\" <jan@example.org>\nAn: me@example.org\nBetreff: x\nold",
        "-----Original-Nachricht-----\nBetreff: x\nDatum: 2025-01-03T10:15:00\nVon: \"Jan\" <jan@example.org>\n\nold",
        "Temat: x\nData: 2025-01-03 10:15\nNadawca: \"Jan\" <jan@example.org>\nAdresat: me@example.org\n\nold",
        "Dana pet, 3. sij 2025. u 10:15 Jan <jan@example.org> napisala\nje:\n\n> old",
        "Rozpoczęcie przekazywanej wiadomości:\n\nOd: Jan\nold", "Početak proslijeđene poruke:\n\nOd: Jan\nold",
        "---- On Mon, 12 Jan 2026 10:00:00 +0200 Jan <jan@example.org> wrote ----\n\nold",
        "12.01.2026, 10:00, \"Jan\" <jan@example.org>:\n\nold", "12. Jan. 2026, 10:00 von jan@example.org:\n\n> old",
        "Zitat von Jan <jan@example.org>:\n\n> old", "Quoting Jan <jan@example.org>:\n\nold",
        "Fra: Jan\nSendt: mandag\nTil: me\nEmne: x\n\nold", "Od: Jan\nOdesláno: pondělí\n\nold",
        "Von: Jan\nDatum: 12.1.2026\nAn: me\nBetreff: x\n\nold", "From: jan@example.org\nDate: Monday\n\nold",
        "> old",
    ])
    func `what stands above quoted history is new`(_ history: String) {
        #expect(newest("Kiitos ä 😀!\n\nnew\n\n" + history) == "Kiitos ä 😀!\n\nnew")
    }

    @Test func `an answer below a quote is new, its signature is not`() {
        #expect(newest("Jan wrote:\n> old\n> older\n\nnew\n\nmore\n-- \nme") == "new\n\nmore")
    }

    @Test func `answers between quotes are new from the first to the last`() {
        #expect(newest("Hi,\n> one\nfirst\n> two\nsecond\n") == "Hi,\n> one\nfirst\n> two\nsecond")
    }

    @Test(arguments: [
        "all new", "", "From: here to there\nnothing", "He wrote:\nno quote", "> only old", "We wrote 3.14:\nno quote",
        "Datum: 3.1.2026\nVon: Oulu\nAn: Split\nBetreff: Koffer\nweg", "Betreff: Koffer\nDatum: 3.1.\nNach: Split",
        "From: Helsinki\nTo: Zagreb\nDate: 3 January 2026\nlost", "Von: Berlin\nNach: Zagreb\nDatum: 3.1.2026\nweg",
        "Anfrage\n\nDatum: 3.1.2026\nVon: Ann <ann@example.org>\nBetreff: Koffer\nNachricht: weg",
        "Not delivered:\n\n  Date: Monday\n  From: ann@example.org\n  To: jan@example.org\n  Subject: x\n\nQuota",
        "Od: Splita\nDo: Rijeke\nDatum: 3. 1.\nnema", "Call me at 10:00 or jan@example.org:\nthanks",
    ])
    func `a text of one kind has no newest part`(_ text: String) {
        #expect(newest(text) == nil)
    }
}
