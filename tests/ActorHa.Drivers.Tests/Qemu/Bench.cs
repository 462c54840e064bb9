using System.Diagnostics;
using System.Text.Json;
using ActorHa.Core;
using ActorHa.Drivers.Hypervisors.Qemu;
using ActorHa.Ports;

namespace ActorHa.Drivers.Tests.Qemu;

/// <summary>
/// A place for one test: a runtime directory, a VM's name that no other test has, and an end of all it started. Each driver
/// hears of all VMs on this host, so the tests of one collection come one after the other.
/// </summary>
internal sealed class Bench : IAsyncDisposable
{
    private static readonly TimeSpan Generous = TimeSpan.FromSeconds(30);
    private readonly List<QemuHypervisor> _drivers = [];

    public string Dir { get; } = Directory.CreateTempSubdirectory("ah-qemu-").FullName;
    public VmName Vm { get; } = new($"t{Guid.NewGuid().ToString("n")[..10]}");

    /// <summary>A machine that is never let go: no guest needed, ready at once.</summary>
    public static string[] Paused { get; } = ["-machine", "q35,accel=tcg", "-m", "64", "-nodefaults", "-display", "none", "-S"];

    public QemuHypervisor Driver(string binary = "qemu-system-x86_64", double patience = 30) => Driver(new KernelCalls(), binary, patience);

    public QemuHypervisor Driver(KernelCalls kernel, string binary = "qemu-system-x86_64", double patience = 30, double killPatience = 20)
    {
        var driver = new QemuHypervisor(
            new QemuOptions
            {
                Host = new MemberName("hostA"),
                RuntimeDirectory = Path.Combine(Dir, "run"),
                Binary = binary,
                UseScopes = false,
                StartPatience = TimeSpan.FromSeconds(patience),
                KillPatience = TimeSpan.FromSeconds(killPatience),
            },
            kernel);
        _drivers.Add(driver);
        return driver;
    }

    public StartOrder Order(long epoch = 7, params string[] more) => new(Vm, new Epoch(epoch), Definition([.. Paused, .. more]));

    public static string Definition(params string[] arguments) => JsonSerializer.Serialize(arguments);

    public string Image()
    {
        var path = Path.Combine(Dir, "disk.raw");
        using var file = File.Create(path);
        file.SetLength(1 << 20);
        return path;
    }

    /// <summary>A program that is executed and never speaks QMP.</summary>
    public string Mute()
    {
        var path = Path.Combine(Dir, "qemu-system-mute");
        File.WriteAllText(path, "#!/bin/sh\nwhile :; do sleep 1; done\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return path;
    }

    public static async Task<VmNotice> NoticeAsync(QemuHypervisor driver)
    {
        using var patience = new CancellationTokenSource(Generous);
        return await driver.Notices.ReadAsync(patience.Token);
    }

    public static async Task UntilAsync(Func<bool> condition)
    {
        for (var since = Stopwatch.GetTimestamp(); !condition(); await Task.Delay(10))
            Assert.True(Stopwatch.GetElapsedTime(since) < Generous, "waited too long");
    }

    public static bool Runs(int pid) => new ProcessTable(ProcessTable.ReadFile, "/nowhere").Look(pid) is not null;

    public static void Kill(int pid) => Assert.Equal(0, Native.Kill(pid, 9));

    public async ValueTask DisposeAsync()
    {
        await _drivers[^1].StopAsync(Vm, TimeSpan.Zero, CancellationToken.None);
        foreach (var driver in _drivers) await driver.DisposeAsync();
        Directory.Delete(Dir, recursive: true);
    }
}
