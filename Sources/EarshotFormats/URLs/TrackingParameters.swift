internal import Earshot

/// Parameters of addresses that tell where a reader came from, and not what the page is.
struct TrackingParameters {
    private let site: Int?

    /// Those of addresses on a host, which is in lower case.
    init(on host: Bytes) {
        let end = TrackingParameters.end(of: host)
        site = TrackingParameters.ends.indices.first { index in
            TrackingParameters.ends[index] == end
                && TrackingParameters.isSite(host, TrackingParameters.sites[index].site.bytes)
        }
    }

    /// The last bytes of a host as a number; no site has fewer.
    private static func end(of host: Bytes) -> UInt64 {
        let length = 5
        return host.count < length ? 0 : host[(host.count - length)..<host.count].word(at: 0)
    }

    /// The ends of the sites, in their order.
    private static let ends = FixedTable(sites.map { end(of: $0.site.bytes) })

    /// Whether the parameter says nothing about the page.
    func contain(_ name: Bytes) -> Bool {
        guard !name.isEmpty else { return false }
        if TrackingParameters.everywhere.contains(name) || TrackingParameters.prefixes.begin(name) { return true }
        guard let site else { return false }
        return TrackingParameters.sites[site].names.contains(name)
            || TrackingParameters.sites[site].prefixes.begin(name)
    }

    /// Whether a host is a site or one of its subdomains.
    private static func isSite(_ host: Bytes, _ site: Bytes) -> Bool {
        guard host.count >= site.count, host[host.count - site.count] == site[0],
            host[(host.count - site.count)..<host.count] == site
        else { return false }
        return host.count == site.count || host[host.count - site.count - 1] == UInt8(ascii: ".")
    }

    /// Names no site uses for anything else: click ids of advertisers, mailers' and analysts' marks.
    private static let everywhere = table(
        """
        utm fbclid gclid gclsrc dclid gbraid wbraid gad_source gad_campaignid msclkid yclid ymclid twclid ttclid igshid \
        igsh li_fat_id mkt_tok epik rb_clickid s_cid s_kwcid ef_id srsltid vero_id vero_conv wickedid zanpid irclickid \
        irgwc _openstat ml_subscriber rdt_cid sscid cmpid ncid ns_campaign ns_mchannel ns_source ns_linkname ns_fee xtor \
        wprov guccounter fb_source fb_ref hss_channel _hsenc _hsmi __hssc __hstc __hsfp hsctatracking mc_cid mc_eid \
        mc_tc ref_src ref_url smid smtyp sr_share share_id ocid spm scm gs_l _ga _gl _ke _kx __s __tn__ __xts__ wt_mc \
        wt_zmc wtmc wtzmc wtrid echobox trk_contact trk_msg trk_module trk_sid tracking_source cm_mmc cm_sp oft_id \
        oft_k os_ehash dm_i ck_subscriber_id mibextid sfnsn nr_email_referer amp usqp amp_js_v amp_gsa __source \
        sc_campaign sc_channel sc_content sc_medium sc_outcome sc_geo sc_country campaign_id cmp_id
        """)

    private static let prefixes: NamePrefixes = [
        "utm_", "utm-", "mtm_", "pk_", "piwik_", "matomo_", "hsa_", "ga_", "itm_", "otm_", "hmb_", "oly_", "bsft_",
        "at_campaign", "at_medium", "at_custom", "at_creation", "at_link", "at_ptr", "at_format", "at_bbc",
        "fb_action_",
        "action_object_map", "action_type_map", "action_ref_map", "guce_referrer", "__cft__", "__hs", "cm_mmc",
        "_branch_", "vn_", "stm_", "__twitter_impression", "ml_subscriber_hash", "mkwid", "trk_",
    ]

    private static func table(_ words: StaticString) -> NameTable { NameTable(words: words) }

    private static let none = table("")

    /// Names that mean something elsewhere.
    private static let sites = FixedTable<(site: StaticString, names: NameTable, prefixes: NamePrefixes)>([
        ("youtube.com", table("feature si pp kw ab_channel app attr_tag"), []),
        ("youtu.be", table("feature si pp"), []),
        ("twitter.com", table("s t cn src ref cxt lang"), []),
        ("x.com", table("s t cn src ref cxt lang"), []),
        ("instagram.com", table("utm_source hl img_index"), ["ig_"]),
        (
            "facebook.com",
            table(
                """
                ref fref refsrc refid ls_ref acontext eav paipv rdid rdr _rdr rdc dti eid ftentidentifier pageid padding \
                comment_tracking video_source action_history tracking referral_code idorvanity wtsid locale2 _rdc \
                share_url
                """), ["hc_", "notif_", "_nc_", "referral_story"]
        ),
        (
            "tiktok.com", table("_r _t u_code preview_pb share_link_id tt_from timestamp user_id sec_user_id"),
            ["is_", "sender_", "share_", "web_id"]
        ),
        ("reddit.com", table("ref ref_source ref_campaign rdt correlation_id $deep_link $3p"), ["$"]),
        ("linkedin.com", table("trk refid trackingid lipi rcm licu midtoken midsig"), []),
        ("spotify.com", table("si context nd"), []),
        ("medium.com", table("source sk"), []),
        ("bsky.app", table("ref_src"), []),
        ("bing.com", table("cvid sk sp sc qs qp form"), []),
        ("nytimes.com", table("partner emc smid rref"), []),
        ("theguardian.com", table("cmp"), []),
        ("bbc.com", none, ["at_"]), ("bbc.co.uk", none, ["at_"]),
        ("bloomberg.com", table("sref srnd"), []),
        (
            "aliexpress.com", table("algo_pvid algo_expid btsid ws_ab_test aff_fcid aff_fsk aff_platform sk"),
            ["pdp_", "aff_"]
        ),
        ("ebay.com", table("hash _trkparms _trksid _from mkevt mkcid mkrid campid toolid"), []),
    ])
}

/// What names begin with, asked in any letter case.
private struct NamePrefixes: ExpressibleByArrayLiteral {
    /// The prefixes in the order of their first bytes.
    private let prefixes: FixedTable<StaticString>
    /// Where those of each byte of ASCII begin among them, and after the last of them where they end.
    private let starts: FixedTable<UInt8>

    init(arrayLiteral prefixes: StaticString...) {
        var sorted: [StaticString] = []
        var starts: [UInt8] = []
        for lead in 0..<UInt8(prefixes.isEmpty ? 0 : 128) {
            starts.append(UInt8(truncatingIfNeeded: sorted.count))
            sorted += prefixes.filter { $0.bytes[0] == lead }
        }
        starts.append(UInt8(truncatingIfNeeded: sorted.count))
        self.prefixes = FixedTable(sorted)
        self.starts = FixedTable(starts)
    }

    /// Whether a name, which is not empty, begins with one of them.
    func begin(_ name: Bytes) -> Bool {
        let lead = Int(name[0].lowercased)
        guard lead + 1 < starts.count else { return false }
        for index in Int(starts[lead])..<Int(starts[lead + 1]) {
            let prefix = prefixes[index].bytes
            if name.count >= prefix.count, name[0..<prefix.count].isSpelled(prefix) { return true }
        }
        return false
    }
}
