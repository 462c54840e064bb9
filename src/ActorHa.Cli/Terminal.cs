using Spectre.Console;

namespace ActorHa.Cli;

/// <summary>All that a command sees of the world around it besides the agent, so that tests can be that world.</summary>
public sealed record Terminal
{
    /// <summary>Results.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>Complaints.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Answers of the operator.</summary>
    public required TextReader In { get; init; }

    /// <summary>A person can answer.</summary>
    public bool InputIsTerminal { get; init; }

    /// <summary>A person looks on; else a pipe or file.</summary>
    public bool OutputIsTerminal { get; init; }

    /// <summary>Columns; 80 where nobody looks on.</summary>
    public int Width { get; init; } = 80;

    /// <summary>Environment variables.</summary>
    public Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>For ages.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Colour where a person looks on and did not refuse it (no-color.org).</summary>
    public bool Colours => OutputIsTerminal && string.IsNullOrEmpty(Variable("NO_COLOR")) && Variable("TERM") != "dumb";

    /// <summary>Who sends the commands: behind sudo, the person and not root.</summary>
    public string Operator => new[] { Variable("SUDO_USER"), Variable("USER"), Environment.UserName }.First(n => !string.IsNullOrEmpty(n))!;

    /// <summary>This process's own terminal.</summary>
    public static Terminal OfProcess() => new()
    {
        Out = Console.Out,
        Error = Console.Error,
        In = Console.In,
        InputIsTerminal = !Console.IsInputRedirected,
        OutputIsTerminal = !Console.IsOutputRedirected,
        Width = Console.IsOutputRedirected ? 80 : Math.Clamp(Console.WindowWidth, 40, 200),
    };

    /// <summary>Tables and colours on <see cref="Out"/>.</summary>
    public IAnsiConsole Canvas()
    {
        var canvas = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(Out),
            Ansi = Colours ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = Colours ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });
        canvas.Profile.Width = Width;
        return canvas;
    }

    /// <summary>Asks for yes. Where nobody can answer, the answer is no and the reason is printed.</summary>
    public bool Confirm(string question)
    {
        if (!InputIsTerminal)
        {
            Error.WriteLine("actorha: nobody is there to say yes; --yes says it beforehand");
            return false;
        }
        Out.Write($"{question} [y/N] ");
        Out.Flush();
        if (In.ReadLine()?.Trim().ToLowerInvariant() is "y" or "yes") return true;
        Error.WriteLine("actorha: not confirmed, nothing was done");
        return false;
    }

    /// <summary>Text of others without control characters: it must not move the cursor of who reads it.</summary>
    public static string Plain(string? text) => string.Concat((text ?? "").Select(c => char.IsControl(c) ? ' ' : c));
}
