using System.Diagnostics;
using ActorHa.Core;
using ActorHa.Drivers.Hypervisors.Qemu;

namespace ActorHa.Drivers.Tests.Qemu;

/// <summary>
/// A program that passes for QEMU: the name of its process and its pid file as QEMU has them, QMP on a thread of its own,
/// an end when its power button is pressed. It does what no real one does to order: its main thread ends alone
/// (<see cref="Behead"/>), it listens late (<see cref="Late"/>).
/// </summary>
internal static class FakeQemu
{
    /// <summary>Arguments with which its main thread ends once QMP has answered.</summary>
    public static string[] Behead { get; } = ["-fake-behead"];

    /// <summary>Arguments with which it listens on its QMP socket only when the file of that name with <c>.go</c> is there.</summary>
    public static string[] Late { get; } = ["-fake-late"];

    private const string Program = """
        #!{python}
        import ctypes, json, os, platform, re, socket, sys, threading, time
        args = sys.argv
        libc = ctypes.CDLL(None)
        libc.prctl(15, re.search("process=(.*)", args[args.index("-name") + 1]).group(1).encode(), 0, 0, 0)
        with open(args[args.index("-pidfile") + 1], "w") as file: file.write(f"{os.getpid()}\n")
        path = re.match("unix:([^,]*)", args[args.index("-qmp") + 1]).group(1)
        answered = threading.Event()

        def serve():
            while "-fake-late" in args and not os.path.exists(path + ".go"): time.sleep(0.05)
            listening = socket.socket(socket.AF_UNIX)
            listening.bind(path)
            listening.listen()
            while True:
                line, _ = listening.accept()
                try:
                    line.sendall(b'{"QMP":{}}\n')
                    for ask in line.makefile():
                        ask = json.loads(ask)
                        line.sendall(json.dumps({"return": {}, "id": ask["id"]}).encode() + b"\n")
                        answered.set()
                        if ask["execute"] == "system_powerdown": os._exit(0)
                except OSError: pass # that agent has gone

        threading.Thread(target=serve).start()
        answered.wait()
        if "-fake-behead" in args: libc.syscall({"x86_64": 60, "aarch64": 93}[platform.machine()], 0)
        while True: time.sleep(600)
        """;

    /// <summary>The program itself: what stands on PATH may be a script that calls others, each with the same arguments.</summary>
    private static readonly Lazy<string> Python = new(() =>
    {
        using var asked = Process.Start(new ProcessStartInfo("python3", ["-c", "import sys; print(sys.executable)"]) { RedirectStandardOutput = true })!;
        return asked.StandardOutput.ReadLine()!;
    });

    public static string Install(Bench bench)
    {
        var path = Path.Combine(bench.Dir, "qemu-system-fake");
        File.WriteAllText(path, Program.Replace("{python}", Python.Value, StringComparison.Ordinal));
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return path;
    }

    /// <summary>Executes it as a driver would that dies at once, and returns its pid.</summary>
    public static int Execute(Bench bench, params string[] arguments)
    {
        var plan = new StartPlan(bench.Vm, new Epoch(5), new MemberName("hostA"), Path.Combine(bench.Dir, "run", bench.Vm.Value));
        Directory.CreateDirectory(plan.Directory);
        return Spawn.Start(Install(bench), CommandLine.Build(plan, Bench.Definition(arguments)), plan.Log);
    }

    /// <summary>Waits until its main thread is dead and it has no arguments any more.</summary>
    public static Task UntilBeheadedAsync(int pid) => Bench.UntilAsync(() => File.ReadAllBytes($"/proc/{pid}/cmdline").Length == 0);

    /// <summary>Whether any thread of it is left but a dead main thread.</summary>
    public static bool MayWrite(int pid) =>
        Directory.Exists($"/proc/{pid}") && !File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal)
        || (Directory.Exists($"/proc/{pid}/task") && Directory.GetDirectories($"/proc/{pid}/task").Length > 1);
}
