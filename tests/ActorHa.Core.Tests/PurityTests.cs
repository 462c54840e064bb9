using System.Text.RegularExpressions;

namespace ActorHa.Core.Tests;

/// <summary>The core has no clock, socket, file, random number or thread: the same machines run under shell, test and simulator.</summary>
public sealed partial class PurityTests
{
    private static readonly string[] Allowed =
    [
        "System.Runtime", "System.Collections", "System.Collections.Immutable", "System.Linq", "System.Memory", "System.Text.Json", "System.Text.Encodings.Web",
        "System.Text.Encoding.Extensions", "System.Security.Cryptography", "System.Runtime.InteropServices", "System.Runtime.Extensions", "System.Numerics.Vectors",
    ];

    [Fact]
    public void The_core_references_nothing_that_could_act() =>
        Assert.Empty(typeof(ClusterDecider).Assembly.GetReferencedAssemblies().Select(a => a.Name).Except(Allowed));

    [Fact]
    public void The_source_of_the_core_names_no_clock_file_task_or_chance()
    {
        var folder = Source();
        if (folder is null) { Assert.DoesNotContain("ActorHa.sln", Directory.GetFiles(AppContext.BaseDirectory)); return; }
        var files = Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories).Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(files);
        foreach (var file in files)
        {
            var code = string.Join('\n', File.ReadLines(file).Where(l => !l.TrimStart().StartsWith("//", StringComparison.Ordinal)));
            Assert.False(Impure().Match(code) is { Success: true } m && m.Value.Length > 0, $"{Path.GetFileName(file)}: {Impure().Match(code).Value}");
        }
    }

    private static string? Source()
    {
        for (var d = new DirectoryInfo(AppContext.BaseDirectory); d is not null; d = d.Parent)
        {
            if (Directory.Exists(Path.Combine(d.FullName, "src", "ActorHa.Core"))) return Path.Combine(d.FullName, "src", "ActorHa.Core");
        }
        return null;
    }

    [GeneratedRegex(@"\b(DateTime(Offset)?\.(Utc)?Now|Stopwatch|TimeProvider|Task\b|Thread\b|async |await |new Random|Random\.Shared|Guid\.NewGuid|File\.|Directory\.|Environment\.|Console\.|Socket\b|HttpClient)")]
    private static partial Regex Impure();
}
