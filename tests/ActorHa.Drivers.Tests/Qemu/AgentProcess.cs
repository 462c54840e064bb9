using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using ActorHa.Core;
using ActorHa.Drivers.Hypervisors.Qemu;
using ActorHa.Ports;

namespace ActorHa.Drivers.Tests.Qemu;

/// <summary>
/// This test assembly run as a program of its own: an agent that starts one VM, prints its pid and waits to be killed.
/// The generated entry point is empty, so the module's initializer is the program.
/// </summary>
internal static class AgentProcess
{
    private const string Wanted = "ACTORHA_TEST_AGENT";

    internal static Process Start(Bench bench)
    {
        var order = new ProcessStartInfo("dotnet", ["exec", typeof(AgentProcess).Assembly.Location]) { RedirectStandardOutput = true };
        order.Environment[Wanted] = $"{bench.Dir}|{bench.Vm}";
        return Process.Start(order)!;
    }

    [SuppressMessage("Usage", "CA2255", Justification = "This assembly is the program here.")]
    [ModuleInitializer]
    internal static void Run()
    {
        if (Environment.GetEnvironmentVariable(Wanted)?.Split('|') is not [var dir, var vm]) return;
        var driver = new QemuHypervisor(new QemuOptions { Host = new MemberName("hostA"), RuntimeDirectory = Path.Combine(dir, "run"), UseScopes = false });
        var order = new StartOrder(new VmName(vm), new Epoch(5), Bench.Definition(Bench.Paused));
        // A dedicated thread: a module initializer holds a lock that pool threads would wait for.
        var answer = driver.StartAsync(order, CancellationToken.None).GetAwaiter().GetResult();
        Console.WriteLine(answer.Started ? $"{answer.Pid}" : answer.Detail);
        new ManualResetEvent(false).WaitOne();
    }
}
