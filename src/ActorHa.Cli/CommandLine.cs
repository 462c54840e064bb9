using System.CommandLine;
using ActorHa.Cli.Commands;
using ActorHa.Hocon;
using ActorHa.Ports.Api;

namespace ActorHa.Cli;

/// <summary>The words of <c>actorha</c>: which commands there are, and how every failure becomes an exit code.</summary>
public sealed class CommandLine
{
    private readonly Terminal terminal;
    private readonly RootCommand root = new($"""
        Looks at and operates an ActorHa cluster through the agent on this machine.

        {ExitCodes.Help}
        """);

    private readonly Option<string> socket = new("--socket")
    {
        Description = $"Socket of the agent (default: ACTORHA_SOCKET, else {ApiContract.DefaultSocket})",
        HelpName = "PATH",
        Recursive = true,
    };

    private readonly Option<string> timeout = new("--timeout")
    {
        Description = "How long the agent may take for one answer",
        HelpName = "DURATION",
        Recursive = true,
        DefaultValueFactory = _ => "10s",
    };

    /// <param name="terminal">Where results go and answers come from.</param>
    public CommandLine(Terminal terminal)
    {
        this.terminal = terminal;
        CheckDuration(timeout, most: TimeSpan.FromHours(1));
        root.Options.Add(socket);
        root.Options.Add(timeout);
        root.Subcommands.Add(Status());
        root.Subcommands.Add(Protection());
        root.Subcommands.Add(History());
        root.Subcommands.Add(Config());
        root.Subcommands.Add(Vm());
        root.Subcommands.Add(Maintenance());
        root.Subcommands.Add(Power());
        root.Subcommands.Add(Fence());
        root.Subcommands.Add(Journal());
        root.Subcommands.Add(Host());
    }

    /// <summary>Runs one command line and gives the exit code.</summary>
    public async Task<int> RunAsync(IReadOnlyList<string> args, CancellationToken cancel = default)
    {
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors) await terminal.Error.WriteLineAsync($"actorha: {error.Message}");
            await terminal.Error.WriteLineAsync("actorha: --help shows what is understood");
            return ExitCodes.Bad;
        }
        return await parsed.InvokeAsync(new InvocationConfiguration { Output = terminal.Out, Error = terminal.Error, EnableDefaultExceptionHandler = false }, cancel);
    }

    private Command Status()
    {
        var json = new Option<bool>("--json") { Description = "The agent's answer as it is" };
        var watch = new Option<bool>("--watch") { Description = "Again every 2 s, until interrupted" };
        var command = new Command("status", "Members, virtual machines, alarms. Exit code 4 when not quorate, not configured or not protected") { json, watch };
        Act(command, (call, parsed) => StatusCommand.RunAsync(call, parsed.GetValue(json), parsed.GetValue(watch)));
        return command;
    }

    private Command Protection()
    {
        var json = new Option<bool>("--json") { Description = "For programs" };
        var command = new Command("protection", "Whether each host could be fenced now, and how that is known. Exit code 4 when one could not") { json };
        Act(command, (call, parsed) => ProtectionCommand.RunAsync(call, parsed.GetValue(json)));
        return command;
    }

    private Command History()
    {
        var limit = new Option<int>("--limit") { Description = "How many entries, the newest ones", HelpName = "N", DefaultValueFactory = _ => 20 };
        limit.Validators.Add(r =>
        {
            if (r.Tokens.Count == 1 && int.TryParse(r.Tokens[0].Value, out var n) && n is (< 1 or > 1000)) r.AddError($"--limit: found {n}, expected 1 to 1000");
        });
        var follow = new Option<bool>("--follow") { Description = "Then wait for new ones, until interrupted" };
        var evidence = new Option<bool>("--evidence") { Description = "Also on what grounds, and what became a fact" };
        var json = new Option<bool>("--json") { Description = "One entry per line" };
        var command = new Command("history", "What was decided, when, by whom and why") { limit, follow, evidence, json };
        Act(command, (call, parsed) => HistoryCommand.RunAsync(call, parsed.GetValue(limit), parsed.GetValue(follow), parsed.GetValue(evidence), parsed.GetValue(json)));
        return command;
    }

    private Command Config()
    {
        var yes = Yes("Apply without asking");
        Argument<string> File() => new("FILE") { Description = "HOCON with the cluster's part" };
        var check = File();
        var diff = File();
        var apply = File();
        var checkCommand = new Command("check", "Checks a file; needs no agent") { check };
        var diffCommand = new Command("diff", "What a file would change") { diff };
        var applyCommand = new Command("apply", "Checks a file, prints the difference, asks, puts it in force") { apply, yes };
        var showCommand = new Command("show", "The configuration in force");
        Act(checkCommand, (call, parsed) => Task.FromResult(ConfigCommands.Check(call, parsed.GetRequiredValue(check))));
        Act(diffCommand, (call, parsed) => ConfigCommands.DiffAsync(call, parsed.GetRequiredValue(diff)));
        Act(applyCommand, (call, parsed) => ConfigCommands.ApplyAsync(call, parsed.GetRequiredValue(apply), parsed.GetValue(yes)));
        Act(showCommand, (call, _) => ConfigCommands.ShowAsync(call));
        return new("config", "The one configuration of the cluster") { checkCommand, diffCommand, applyCommand, showCommand };
    }

    private Command Vm()
    {
        var group = new Command("vm", "Starts, stops and moves virtual machines");
        foreach (var (word, action, description) in new[]
        {
            ("start", VmAction.Start, "It is wanted: started where it fits"),
            ("stop", VmAction.Stop, "It is stopped and stays so"),
            ("move", VmAction.Move, "To another host"),
        })
        {
            var vm = new Argument<string>("VM") { Description = "Its name" };
            var host = new Argument<string?>("HOST") { Description = "Where to; without it, where it fits best", Arity = ArgumentArity.ZeroOrOne };
            var command = new Command(word, description) { vm };
            if (action == VmAction.Move) command.Arguments.Add(host);
            Act(command, (call, parsed) => call.SendAsync(ApiContract.Vm,
                new VmCommand(parsed.GetRequiredValue(vm), action, action == VmAction.Move ? parsed.GetValue(host) : null, terminal.Operator)));
            group.Subcommands.Add(command);
        }
        return group;
    }

    private Command Maintenance()
    {
        var length = new Option<string?>("--for") { Description = "It ends by itself after this: 30m, 2h", HelpName = "DURATION" };
        CheckDuration(length);
        var on = new Command("on", "Hands off: nothing is started, stopped or fenced") { length };
        var off = new Command("off", "Hands on again");
        Act(on, (call, parsed) => call.SendAsync(ApiContract.Maintenance,
            new MaintenanceCommand(true, parsed.GetValue(length) is { } text && Units.TryDuration(text, out var d) ? (long)d.TotalSeconds : null, terminal.Operator)));
        Act(off, (call, _) => call.SendAsync(ApiContract.Maintenance, new MaintenanceCommand(false, null, terminal.Operator)));
        return new("maintenance", "Keeps the cluster's hands off while people work") { on, off };
    }

    private Command Power()
    {
        var group = new Command("power", "Switches a host by its fence device");
        foreach (var (word, action, description) in new[]
        {
            ("off", PowerAction.Off, "Forced off, without asking the host"),
            ("on", PowerAction.On, "On"),
        })
        {
            var host = new Argument<string>("HOST") { Description = "Its name" };
            var yes = Yes("Switch without asking");
            var force = new Option<bool>("--force") { Description = "Also when it owns virtual machines; what they have not written is lost" };
            var command = new Command(word, description) { host, yes };
            if (action == PowerAction.Off) command.Options.Add(force);
            Act(command, async (call, parsed) =>
            {
                var name = parsed.GetRequiredValue(host);
                if (!parsed.GetValue(yes) && !terminal.Confirm(action == PowerAction.Off ? $"Cut the power of {name}, with all that runs there?" : $"Switch {name} on?")) return ExitCodes.Bad;
                return await call.SendAsync(ApiContract.Power, new PowerCommand(name, action, terminal.Operator, action == PowerAction.Off && parsed.GetValue(force)));
            });
            group.Subcommands.Add(command);
        }
        return group;
    }

    private Command Host()
    {
        var host = new Argument<string>("HOST") { Description = "Its name" };
        var release = new Command("release", "Forgets its fences: a host in quarantine is admitted again") { host };
        Act(release, (call, parsed) => call.SendAsync(ApiContract.HostRelease, new HostReleaseCommand(parsed.GetRequiredValue(host), terminal.Operator)));
        return new("host", "Hosts as a whole") { release };
    }

    private Command Fence()
    {
        var host = new Argument<string>("HOST") { Description = "Its name" };
        var confirm = new Command("confirm", "States that the power of a host is physically removed; its virtual machines then start elsewhere") { host };
        Act(confirm, (call, parsed) => FenceConfirmCommands.RunAsync(call, parsed.GetRequiredValue(host)));
        var drilled = new Argument<string>("HOST") { Description = "Its name; it must own no virtual machines" };
        var yes = Yes("Drill without asking");
        var drill = new Command("drill", "Switches a host without virtual machines off and on again, proves and measures it") { drilled, yes };
        Act(drill, async (call, parsed) =>
        {
            var name = parsed.GetRequiredValue(drilled);
            if (!parsed.GetValue(yes) && !terminal.Confirm($"Cut the power of {name} and switch it on again?")) return ExitCodes.Bad;
            return await FenceDrillCommands.RunAsync(call, name);
        });
        return new("fence", "Shows that fencing works, or stands in for it") { confirm, drill };
    }

    private Command Journal()
    {
        var accept = new Command("accept", "States that the journal was put back to an older state, and that what it lacks is lost for good");
        Act(accept, (call, _) => JournalAcceptCommands.RunAsync(call));
        return new("journal", "The journal itself") { accept };
    }

    private static Option<bool> Yes(string description) => new("--yes") { Description = description };

    private static void CheckDuration<T>(Option<T> option, TimeSpan? most = null) => option.Validators.Add(result =>
    {
        if (result.Tokens.Count == 1 && (!Units.TryDuration(result.Tokens[0].Value, out var duration) || duration < TimeSpan.FromMilliseconds(100) || duration > most))
            result.AddError($"{option.Name}: found {result.Tokens[0].Value}, expected {Units.DurationForm} of at least 100ms{(most is { } m ? $" and at most {m.TotalHours:0}h" : "")}");
    });

    // One place where failures become exit codes.
    private void Act(Command command, Func<Call, ParseResult, Task<int>> act) => command.SetAction(async (parsed, cancel) =>
    {
        var path = parsed.GetValue(socket) ?? terminal.Variable("ACTORHA_SOCKET") ?? ApiContract.DefaultSocket;
        Units.TryDuration(parsed.GetRequiredValue(timeout), out var patience);
        using var agent = new AgentClient(path, patience);
        try
        {
            return await act(new Call(terminal, agent, cancel), parsed);
        }
        catch (NoAnswerException e)
        {
            await terminal.Error.WriteLineAsync($"actorha: {e.Message}");
            return ExitCodes.NoAnswer;
        }
        catch (BadRequestException e)
        {
            await terminal.Error.WriteLineAsync($"actorha: {e.Message}");
            return ExitCodes.Bad;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            await terminal.Error.WriteLineAsync("actorha: interrupted; a command may have been taken all the same");
            return ExitCodes.NoAnswer;
        }
    });
}
