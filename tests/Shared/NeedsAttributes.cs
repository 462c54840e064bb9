using System.Runtime.InteropServices;

namespace ActorHa.Testing;

/// <summary>A test that needs Linux, root and named programs; elsewhere it is skipped and says why.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NeedsFactAttribute : FactAttribute
{
    /// <param name="programs">Programs that must be on PATH, separated by blanks.</param>
    /// <param name="root">Whether the test needs root.</param>
    public NeedsFactAttribute(string programs = "", bool root = false)
    {
        Skip = Missing(programs, root);
    }

    internal static string? Missing(string programs, bool root)
    {
        if (!RuntimeInformation.IsOSPlatform(OSPlatform.Linux)) return "needs Linux";
        if (root && Environment.UserName != "root") return "needs root";
        var absent = programs.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(p => !OnPath(p)).ToArray();
        return absent.Length == 0 ? null : $"needs {string.Join(", ", absent)} (ops/test installs what is missing)";
    }

    private static bool OnPath(string program) =>
        $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin".Split(':')
            .Any(dir => dir.Length > 0 && File.Exists(Path.Combine(dir, program)));
}

/// <summary>As <see cref="NeedsFactAttribute"/>, with data.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NeedsTheoryAttribute : TheoryAttribute
{
    /// <param name="programs">Programs that must be on PATH, separated by blanks.</param>
    /// <param name="root">Whether the test needs root.</param>
    public NeedsTheoryAttribute(string programs = "", bool root = false)
    {
        Skip = NeedsFactAttribute.Missing(programs, root);
    }
}
