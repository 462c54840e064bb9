namespace ActorHa.Lab.Tests.Site;

public class SiteTests
{
    private static readonly SiteDescription Site = new();
    private static readonly SiteFiles Files = new(Site, LabPaths.In("/var/tmp/some-lab"));

    [Fact]
    public void The_default_site_is_the_one_that_asked_for_this_product()
    {
        Assert.Equal("ppnrw", Site.Checked().Cluster);
        Assert.Equal([("applejack", "host"), ("rainbowdash", "host"), ("witness", "witness")], Site.Members.Select(m => (m.Name, m.Role)));
    }

    [Fact]
    public void A_description_survives_its_own_file()
    {
        var site = Site with { AgentCommand = "sleep infinity", Etcd = new EtcdSettings { Tls = new EtcdTls("/ca", "/{host}.crt", "/{host}.key") } };

        Assert.Equal(site.ToJson(), SiteDescription.Parse(site.ToJson(), "here").ToJson());
    }

    [Theory]
    [InlineData("""{"name": "much-too-long"}""", "no name for a lab")]
    [InlineData("""{"members": []}""", "no members")]
    [InlineData("""{"members": [{"name": "a", "address": "10.0.0.1"}, {"name": "a", "address": "10.0.0.2"}]}""", "'a' occurs twice")]
    [InlineData("""{"members": [{"name": "switch", "address": "10.0.0.1"}]}""", "network switch")]
    [InlineData("""{"member": []}""", "not a site description")]
    [InlineData("nonsense", "not a site description")]
    public void A_site_that_cannot_be_built_says_why(string json, string why)
    {
        Assert.Contains(why, Assert.Throws<LabException>(() => SiteDescription.Parse(json, "here")).Message);
    }

    [Fact]
    public void A_member_knows_itself_and_its_peers_and_no_more()
    {
        var conf = Files.MemberConf(Site.Member("rainbowdash"));

        Assert.Contains("name = rainbowdash", conf);
        Assert.Contains("""listen = "192.168.41.12:7411" """.TrimEnd(), conf);
        Assert.Contains("""applejack { heartbeat = "192.168.41.11:7411", etcd = "http://192.168.41.11:2379" }""", conf);
        Assert.DoesNotContain("SNMPpass", conf);
    }

    [Fact]
    public void Etcd_speaks_http_until_it_is_given_certificates()
    {
        var plain = Files.EtcdCommand(Site.Member("witness"));
        var secured = new SiteFiles(Site with { Etcd = new EtcdSettings { Tls = new EtcdTls("/ca", "/{host}.crt", "/{host}.key") } }, LabPaths.In("/var/tmp/some-lab"))
            .EtcdCommand(Site.Member("witness"));

        Assert.Contains("--pre-vote", plain);
        Assert.DoesNotContain(plain, w => w.Contains("https") || w.Contains("cert"));
        Assert.Contains("--cert-file=/witness.crt", secured);
        Assert.DoesNotContain(secured, w => w.Contains("http://"));
    }

    [Fact]
    public void The_clusters_file_names_this_labs_directory()
    {
        Assert.Contains("/var/tmp/some-lab/shared/{vm}.img", Files.ClusterConf());
        Assert.DoesNotContain(LabPaths.DefaultDir, Files.ClusterConf());
    }

    [Fact]
    public void Two_directories_are_two_labs()
    {
        Assert.Equal("ah", LabPaths.In(LabPaths.DefaultDir + "/").DerivedName());
        Assert.NotEqual(LabPaths.In("/a").DerivedName(), LabPaths.In("/b").DerivedName());
        (Site with { Name = LabPaths.In("/a").DerivedName() }).Checked();
    }

    [Fact]
    public void A_lab_does_not_live_where_its_hosts_mount_their_own()
    {
        Assert.Throws<LabException>(() => LabPaths.In("/run/lab"));
    }

    [Fact]
    public void The_chassis_takes_only_faults_that_it_knows()
    {
        var chassis = new ChassisSettings();
        var heard = new List<string>();
        chassis.Changed += (fault, value) => heard.Add($"{fault} {value}");

        chassis.Set("delay", "2000");
        chassis.Set("odd-reading", "-1");
        chassis.Set("silent", "on");
        chassis.Set("silent", "off");

        Assert.Equal(["delay 2000", "odd-reading -1", "silent on", "silent off"], heard);
        Assert.Equal(["delay", "odd-reading"], chassis.Faults.Keys.Order());
        Assert.Contains("silent", Assert.Throws<LabException>(() => chassis.Set("slient", "on")).Message);
        Assert.Throws<LabException>(() => chassis.Set("delay", "soon"));
    }
}
