using System.Globalization;
using System.Net.Sockets;
using ActorHa.Testing;
using Xunit.Abstractions;

namespace ActorHa.Lab.Tests.Site;

/// <summary>One lab for all tests here; each leaves it whole.</summary>
public sealed class LabTests(TestLab lab, ITestOutputHelper output) : IClassFixture<TestLab>
{
    private LabClient Client => lab.Client;

    [NeedsFact(TestLab.Programs, root: true)]
    public async Task What_is_sent_over_a_cut_is_lost_and_what_is_sent_after_healing_arrives()
    {
        using var applejack = HostSocket.On(lab.Site, "applejack");
        using var witness = HostSocket.On(lab.Site, "witness");
        using var chassis = HostSocket.On(lab.Site, "chassis");

        await Client.CutAsync("applejack", "witness");
        applejack.Send(witness, "lost");
        witness.Send(applejack, "lost");
        await Client.HealAsync("applejack");
        applejack.Send(witness, "after healing");
        witness.Send(applejack, "after healing");
        Assert.Equal("after healing", witness.Receive());
        Assert.Equal("after healing", applejack.Receive());

        await Client.CutOneWayAsync("applejack", "witness");
        applejack.Send(witness, "lost");
        witness.Send(applejack, "the other way");
        Assert.Equal("the other way", applejack.Receive());
        await Client.HealAsync();
        applejack.Send(witness, "both ways");
        Assert.Equal("both ways", witness.Receive());

        await Client.IsolateAsync("applejack");
        applejack.Send(witness, "lost");
        applejack.Send(chassis, "the chassis is still there");
        Assert.Equal("the chassis is still there", chassis.Receive());
        Assert.Equal(4, (await Client.StatusAsync()).Cuts.Count);
        await Client.IsolateAsync("applejack", alsoFromChassis: true);
        applejack.Send(chassis, "lost");
        await Client.HealAsync("applejack");
        applejack.Send(chassis, "healed");
        Assert.Equal("healed", chassis.Receive());
        Assert.Empty((await Client.StatusAsync()).Cuts);
        await lab.EtcdIsWell();
    }

    [NeedsFact(TestLab.Programs, root: true)]
    public async Task Power_off_ends_every_process_of_a_frozen_host_and_power_on_is_a_new_boot()
    {
        await lab.RunningAsync("rainbowdash", "vm:mail");
        var before = (await Client.StatusAsync())["rainbowdash"];
        await Client.FreezeAsync("rainbowdash");
        Assert.True((await Client.StatusAsync())["rainbowdash"].Frozen);

        // etcd holds a lock on its database as long as it lives.
        var database = $"{lab.Paths.Disk("rainbowdash")}/etcd/member/snap/db";
        Assert.ThrowsAny<IOException>(() => File.Open(database, FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose());

        var cut = await Client.PowerOffAsync("rainbowdash");
        File.Open(database, FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose();
        output.WriteLine($"frozen host off after {cut.Milliseconds.ToString("0.0", CultureInfo.InvariantCulture)} ms");

        Assert.DoesNotContain(before.Processes, p => Tool.Lives(p.Pid));
        var off = (await Client.StatusAsync())["rainbowdash"];
        Assert.False(off.Power);
        Assert.True(cut.Milliseconds < 2000, $"{cut.Milliseconds} ms");
        Assert.Contains("has no power", (await Assert.ThrowsAsync<LabException>(() => Client.KillAsync("rainbowdash", "agent"))).Message);

        await Client.CutAsync("rainbowdash", "witness");
        await Client.PowerOnAsync("rainbowdash");
        var vm = await lab.RunningAsync("rainbowdash", "vm:mail");
        var after = (await Client.StatusAsync())["rainbowdash"];
        Assert.NotEqual(before.BootId, after.BootId);
        Assert.Equal(before.Boots + 1, after.Boots);
        Assert.Equal(after.BootId, (await File.ReadAllTextAsync($"/proc/{vm.Pid}/root/run/boot_id")).Trim());
        Assert.Equal(after.BootId, (await File.ReadAllTextAsync($"/proc/{vm.Pid}/root/proc/sys/kernel/random/boot_id")).Trim());

        using var rainbowdash = HostSocket.On(lab.Site, "rainbowdash");
        using var witness = HostSocket.On(lab.Site, "witness");
        rainbowdash.Send(witness, "lost: a cut outlives a boot");
        await Client.HealAsync();
        rainbowdash.Send(witness, "healed");
        Assert.Equal("healed", witness.Receive());
        await lab.EtcdIsWell();
    }

    [NeedsFact(TestLab.Programs, root: true)]
    public async Task A_host_without_power_says_no_farewell_to_its_connections()
    {
        await lab.EtcdIsWell();
        using var connection = HostSocket.ToEtcd(lab.Site, "witness", "applejack");

        await Client.PowerOffAsync("applejack");
        await Client.PowerOnAsync("applejack");
        await lab.EtcdIsWell();

        // Had the dying host, or the kernel after it, sent anything in all this time, there would be something to read.
        Assert.False(connection.Poll(0, SelectMode.SelectRead));
        connection.Send("GET /health HTTP/1.1\r\nHost: x\r\n\r\n"u8);
        Assert.Equal(SocketError.ConnectionReset, Assert.Throws<SocketException>(() => connection.Receive(new byte[100])).SocketErrorCode);
    }

    [NeedsFact(TestLab.Programs, root: true)]
    public async Task A_killed_agent_starts_again_and_the_VM_that_it_started_lives_on()
    {
        var vm = await lab.RunningAsync("applejack", "vm:mail");
        var agent = await lab.RunningAsync("applejack", "agent");

        await Client.KillAsync("applejack", "agent");
        await TestLab.Until("another agent runs", async () =>
            (await Client.StatusAsync())["applejack"].Process("agent") is { } next && next.Pid != agent.Pid);

        Assert.Equal(vm, await lab.RunningAsync("applejack", "vm:mail"));
        await Client.KillAsync("applejack", "vm:mail");
        await TestLab.Until("the VM is gone and reaped", () => Task.FromResult(!Directory.Exists($"/proc/{vm.Pid}")));
    }

    [NeedsFact(TestLab.Programs, root: true)]
    public async Task A_paused_process_stands_still_and_a_stopped_service_stays_down_until_it_may_start()
    {
        await lab.RunningAsync("witness", "agent");
        await Client.PauseAsync("witness", "agent");
        await TestLab.Until("paused", async () => (await lab.RunningAsync("witness", "agent")).Paused);
        await Client.ResumeAsync("witness", "agent");
        await TestLab.Until("resumed", async () => !(await lab.RunningAsync("witness", "agent")).Paused);

        await Client.StopAsync("witness", "etcd");
        await TestLab.Until("etcd has ended", async () => (await Client.StatusAsync())["witness"].Process("etcd") == null);
        Assert.NotEqual("", (await Client.HealthAsync())["witness"]);
        Assert.Equal("", (await Client.HealthAsync())["applejack"]);
        await Client.StartAsync("witness", "etcd");
        await lab.EtcdIsWell();
    }

    [NeedsFact(TestLab.Programs, root: true)]
    public async Task An_orderly_shutdown_asks_the_agent_first_and_ends_in_a_host_without_power()
    {
        await lab.RunningAsync("witness", "agent");

        await Client.ShutdownAsync("witness");

        Assert.False((await Client.StatusAsync())["witness"].Power);
        Assert.EndsWith("stub of witness was asked to end", (await File.ReadAllLinesAsync($"{lab.Paths.Logs("witness")}/agent.log"))[^1]);
        await Client.PowerOnAsync("witness");
        await lab.EtcdIsWell();
    }

    [NeedsFact(TestLab.Programs, root: true)]
    public async Task What_makes_no_sense_is_refused_with_a_reason()
    {
        foreach (var (command, words, why) in new (string, string[], string)[]
        {
            ("freeze", ["nobody"], "no host is named 'nobody'; there are applejack, rainbowdash, witness"),
            ("freeze", ["chassis"], "no host is named 'chassis'"),
            ("power", ["applejack"], "power HOST on|off|cycle"),
            ("cut", ["applejack", "applejack"], "cannot be cut from itself"),
            ("kill", ["applejack", "vm:none"], "no vm:none runs on applejack"),
            ("stop", ["applejack", "vm:mail"], "is no service"),
            ("explode", [], "there is no command 'explode'"),
        })
        {
            Assert.Contains(why, (await Assert.ThrowsAsync<LabException>(() => Client.AskAsync(command, words))).Message);
        }
    }
}
