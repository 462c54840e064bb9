using System.Net;
using ActorHa.Configuration;
using ActorHa.Core;
using ActorHa.Hocon;
using ActorHa.Testing;
using static ActorHa.Configuration.Tests.Texts;

namespace ActorHa.Configuration.Tests;

public sealed class MemberSettingsReaderTests
{
    [Fact]
    public void A_member_is_read_with_its_secrets()
    {
        var settings = ReadMember(Member).Whole();
        Assert.Equal((new MemberName("applejack"), "ppnrw", MemberRole.Host), (settings.Name, settings.Cluster, settings.Role));
        Assert.Equal(IPEndPoint.Parse("192.168.41.11:7411"), settings.Heartbeat.Listen);
        Assert.Equal(32, settings.Heartbeat.Key.Reveal().Length);
        Assert.Equal(new Uri("http://192.168.41.13:2379"), settings.Peers[new("witness")].Etcd);
        Assert.Equal("SNMPpass", settings.PasswordOf("ims")!.RevealText());
        Assert.Null(settings.PasswordOf("other"));
        Assert.Equal(("/var/lib/actorha", "/run/actorha/agent.sock", LogThreshold.Info), (settings.StateDir, settings.ApiSocket, settings.Log.Level));
        Assert.Null(settings.Etcd.Tls);
        Assert.Empty(settings.Interfaces);
    }

    [Fact]
    public void Secrets_do_not_show_themselves()
    {
        var text = ReadMember(Member).Whole().ToString();
        Assert.DoesNotContain("SNMPpass", text, StringComparison.Ordinal);
        Assert.DoesNotContain("aaaa", text, StringComparison.Ordinal);
        Assert.Contains("***", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("member.name = Apple", "m.conf:9:15: member.name: found Apple, expected a name of a-z, 0-9 and -, at most 32, not beginning with -")]
    [InlineData("member.role = boss", "m.conf:9:15: member.role: found boss, expected host or witness")]
    [InlineData("member.heartbeat.listen = \"192.168.41.11\"", "m.conf:9:27: member.heartbeat.listen: found \"192.168.41.11\", expected an address with its port, as \"192.0.2.1:7411\" or \"[2001:db8::1]:7411\"")]
    [InlineData("member.peers.luna { heartbeat = \"192.168.41.14:7411\" }", "m.conf:9:1: member.peers.luna.etcd: found nothing, expected an address as \"http://192.0.2.1:2379\", or none where the peer has no etcd member")]
    [InlineData("member.peers.luna { heartbeat = \"192.168.41.14:7411\", etcd = no }", "m.conf:9:62: member.peers.luna.etcd: found no, expected an address as \"http://192.0.2.1:2379\", or none where the peer has no etcd member")]
    [InlineData("member.peers.applejack { heartbeat = \"192.168.41.14:7411\", etcd = none }", "m.conf:9:1: member.peers: found applejack, which is this member itself, expected the other members only")]
    [InlineData("member.peers.luna { heartbeat = \"192.168.41.13:7411\", etcd = none }", "m.conf:5:9: member.peers: found 192.168.41.13:7411 for luna and witness, expected an address for each (beats of one would be taken for the other's)")]
    [InlineData("member.peers.luna { heartbeat = \"192.168.41.14:7411\", etcd = \"http://192.168.41.13:2379\" }", "m.conf:5:9: member.peers: found etcd http://192.168.41.13:2379 for luna and witness, expected an address for each (the answer of one would be taken for a sign of life of the other)")]
    [InlineData("member.peers.witness.etcd = \"http://192.168.41.11:2379\"", "m.conf:5:9: member.peers: found etcd http://192.168.41.11:2379 for witness and this member, expected an address for each (the answer of one would be taken for a sign of life of the other)")]
    [InlineData("member.etcd.endpoint = \"https://192.168.41.11:2379\"", "m.conf:9:24: member.etcd.endpoint: found https without certificates, expected ca-file, certificate-file, key-file (the journal's members know each other by certificates)")]
    [InlineData("member.etcd.ca-file = \"ca.pem\"", "m.conf:9:23: member.etcd.ca-file: found ca-file, expected all of ca-file, certificate-file, key-file, or none (mutual TLS needs all three)")]
    [InlineData("member.etcd.endpoint = \"tcp://x\"", "m.conf:9:24: member.etcd.endpoint: found \"tcp://x\", expected an address as \"http://192.0.2.1:2379\"")]
    [InlineData("member.secrets.ims-password = secret1", "m.conf:9:31: member.secrets.ims-password: found a password written out, expected ${?VARIABLE} or the key ims-password-file (files of settings are copied, mailed and versioned)")]
    [InlineData("member.secrets.pdu-password-file = \"none\"", "m.conf:9:36: member.secrets.pdu-password-file: found no file /etc/actorha/none, expected a file that only its owner can read")]
    [InlineData("member.secrets.token = \"x\"", "m.conf:9:1: member.secrets.token: found an unknown key, expected one of ims-password-file")]
    [InlineData("member.log.level = loud", "m.conf:9:20: member.log.level: found loud, expected error or warning or info or debug")]
    [InlineData("member.sate-dir = \"/x\"", "m.conf:9:1: member.sate-dir: found an unknown key, expected \"state-dir\"")]
    public void What_is_wrong_is_said_with_its_place(string line, string error) => Assert.Equal([error], MemberErrors(Member + line));

    [Fact]
    public void A_password_may_come_from_the_environment_and_is_not_shown_when_it_is_wrong()
    {
        var sources = HoconSources.None with { Variable = v => v == "IMS" ? "fromEnv!" : null };
        var text = Member.Replace("ims-password-file = \"ims.password\"", "ims-password = ${?IMS}", StringComparison.Ordinal);
        Assert.Equal("fromEnv!", ReadMember(text, sources: sources).Whole().PasswordOf("ims")!.RevealText());
        Assert.DoesNotContain("fromEnv!", ReadMember(Member + "member.name = ${?IMS}", sources: sources).Errors.Single().ToString(), StringComparison.Ordinal);
        Assert.Null(ReadMember(text).Whole().PasswordOf("ims"));
    }

    [Fact]
    public void The_file_and_the_environment_together_are_refused()
    {
        var sources = HoconSources.None with { Variable = _ => "x" };
        Assert.Contains("a second ims-password", ReadMember(Member + "member.secrets.ims-password = ${?IMS}", sources: sources).Errors.Single().ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("zz", "a key that is not hexadecimal")]
    [InlineData("abcd", "a key of 4 hexadecimal digits")]
    [InlineData("", "an empty file")]
    public void A_weak_heartbeat_key_is_refused_and_not_shown(string key, string found)
    {
        var files = new FakeFiles();
        files.Files[FakeFiles.At("hb.key")] = (key, UnixFileMode.UserRead);
        var error = Assert.Single(MemberErrors(Member, files));
        Assert.Contains($"member.heartbeat.key-file: found {found}", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.GroupRead, "440")]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.OtherRead, "404")]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.GroupWrite, "420")]
    public void A_secret_that_others_can_use_is_refused(UnixFileMode mode, string octal)
    {
        var files = new FakeFiles();
        files.Files[FakeFiles.At("ims.password")] = ("x", mode);
        Assert.Equal([$"m.conf:7:33: member.secrets.ims-password-file: found /etc/actorha/ims.password with mode {octal}, expected a file that only its owner can read (chmod 600 /etc/actorha/ims.password)"],
            MemberErrors(Member, files));
    }

    [NeedsFact]
    public void Real_files_are_looked_at_with_their_mode()
    {
        var folder = Directory.CreateTempSubdirectory("actorha-member-");
        try
        {
            File.WriteAllText(Path.Combine(folder.FullName, "hb.key"), new string('b', 64) + "\n");
            File.WriteAllText(Path.Combine(folder.FullName, "ims.password"), "SNMPpass\r\n");
            File.WriteAllText(Path.Combine(folder.FullName, "m.conf"), Member);
            foreach (var name in new[] { "hb.key", "ims.password" })
                if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Path.Combine(folder.FullName, name), UnixFileMode.UserRead | UnixFileMode.UserWrite);
            var path = Path.Combine(folder.FullName, "m.conf");
            Assert.Equal("SNMPpass", MemberSettingsReader.Load(path).Whole().PasswordOf("ims")!.RevealText());
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Path.Combine(folder.FullName, "hb.key"), UnixFileMode.UserRead | UnixFileMode.OtherRead);
            Assert.Contains("with mode 404", Assert.Single(MemberSettingsReader.Load(path).Errors).ToString(), StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(true);
        }
    }

    [Fact]
    public void Certificates_are_all_there_or_named()
    {
        var files = new FakeFiles();
        foreach (var name in new[] { "ca.pem", "m.pem", "m.key" }) files.Files[FakeFiles.At(name)] = ("pem", UnixFileMode.UserRead);
        const string tls = "member.etcd { endpoint = \"https://192.168.41.11:2379\", ca-file = ca.pem, certificate-file = m.pem, key-file = m.key }";
        Assert.Equal(FakeFiles.At("m.key"), ReadMember(Member + tls, files).Whole().Etcd.Tls!.KeyFile);
        files.Files.Remove(FakeFiles.At("ca.pem"));
        files.Files[FakeFiles.At("m.key")] = ("pem", UnixFileMode.UserRead | UnixFileMode.GroupRead);
        Assert.Equal(["member.etcd.ca-file", "member.etcd.key-file"], ReadMember(Member + tls, files).Errors.Select(e => e.Key));
    }
}
