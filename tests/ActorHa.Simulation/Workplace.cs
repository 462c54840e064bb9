using System.Diagnostics;

namespace ActorHa.Simulation;

/// <summary>Builds mutated cores beside the real one, by the SDK's compiler alone: no project, no analysers, seconds each.</summary>
public sealed class Workplace : IDisposable
{
    private static readonly string Usings = $"""
        global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;
        global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;
        [assembly: System.Runtime.CompilerServices.InternalsVisibleTo("ActorHa.Core.Tests")]
        [assembly: System.Reflection.AssemblyVersion("{typeof(Core.ClusterState).Assembly.GetName().Version}")]
        """;

    private static readonly string Runtime = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
    private static readonly string Root = Path.GetFullPath(Path.Combine(Runtime, "..", "..", ".."));
    private readonly string _folder = Directory.CreateTempSubdirectory("actorha-mutants-").FullName;

    /// <summary>A place for builds of these sources.</summary>
    public Workplace(string repository) => Repository = repository;

    /// <summary>The sources.</summary>
    public string Repository { get; }

    /// <summary>The program that runs programs.</summary>
    public static string Dotnet => Path.Combine(Root, OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet");

    /// <summary>A folder with this program and a core that differs in one file; null with the compiler's first error.</summary>
    public string? Build(string name, string file, string source, out string error)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;
        foreach (var part in Directory.GetFiles(AppContext.BaseDirectory)) File.Copy(part, Path.Combine(folder, Path.GetFileName(part)));
        var mutated = Path.Combine(folder, "mutated.cs");
        File.WriteAllText(mutated, source);
        var usings = Path.Combine(folder, "usings.cs");
        File.WriteAllText(usings, Usings);
        var core = Path.Combine(Repository, "src", "ActorHa.Core");
        var sources = Directory.GetFiles(core, "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.StartsWith(Path.Combine(core, "obj"), StringComparison.Ordinal) && !f.StartsWith(Path.Combine(core, "bin"), StringComparison.Ordinal) && Path.GetFullPath(f) != Path.GetFullPath(Path.Combine(Repository, file)));
        var references = Directory.GetFiles(Runtime, "*.dll").Where(f => Path.GetFileName(f) is var n && (n.StartsWith("System.", StringComparison.Ordinal) && !n.EndsWith(".Native.dll", StringComparison.Ordinal) || n is "mscorlib.dll" or "netstandard.dll"));
        var response = Path.Combine(folder, "core.rsp");
        File.WriteAllLines(response,
        [
            "-nostdlib+", "-target:library", "-nullable:enable", "-langversion:14", "-optimize+", "-deterministic", "-nologo", "-warn:0",
            $"-out:\"{Path.Combine(folder, "ActorHa.Core.dll")}\"",
            .. references.Select(r => $"-r:\"{r}\""),
            .. sources.Append(mutated).Append(usings).Select(s => $"\"{s}\""),
        ]);
        using var compiler = Process.Start(new ProcessStartInfo(Dotnet, ["exec", Compiler(), "-noconfig", $"@{response}"]) { RedirectStandardOutput = true })!;
        var said = compiler.StandardOutput.ReadToEnd();
        compiler.WaitForExit();
        var lines = said.Split('\n');
        error = Array.Find(lines, l => l.Contains(": error ", StringComparison.Ordinal)) ?? lines[0];
        return compiler.ExitCode == 0 ? folder : null;
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Compiler() => Directory.GetDirectories(Path.Combine(Root, "sdk"))
        .OrderByDescending(d => Version.TryParse(Path.GetFileName(d).Split('-')[0], out var v) ? v : new Version(0, 0))
        .Select(d => Path.Combine(d, "Roslyn", "bincore", "csc.dll")).FirstOrDefault(File.Exists)
        ?? throw new ArgumentException("--mutants needs the .NET SDK: its compiler was not found");
}
