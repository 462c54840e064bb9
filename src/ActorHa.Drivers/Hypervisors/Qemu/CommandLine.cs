using System.Text;
using System.Text.Json;
using ActorHa.Configuration;
using ActorHa.Core;

namespace ActorHa.Drivers.Hypervisors.Qemu;

/// <summary>
/// A VM's arguments: from the definition on the way out, from the process table on the way back. What an adopting agent
/// must know (VM, epoch, host, QMP socket) stands in the arguments themselves: no file of ours has to be believed.
/// </summary>
internal static class CommandLine
{
    private const string EpochMark = "name=opt/actorha/epoch,string=";

    /// <summary>What each of our processes is called by its arguments: this, and the VM's name.</summary>
    internal const string NameMark = "ah-";

    private const string HostMark = "name=opt/actorha/host,string=";

    /// <summary>A VM's name becomes a file name, a unit name and a QEMU option: letters, digits and ".-_" only, up to 64.</summary>
    internal static bool IsUsable(VmName vm) =>
        vm.Value is { Length: > 0 and <= 64 } v && v[0] is not ('.' or '-') && v.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');

    /// <summary>All arguments after the binary.</summary>
    /// <exception cref="FormatException">The definition is no JSON array of texts, or sets what is the driver's own.</exception>
    internal static List<string> Build(StartPlan plan, string definition)
    {
        string[]? given;
        try
        {
            given = JsonSerializer.Deserialize<string[]>(definition);
        }
        catch (JsonException e)
        {
            throw new FormatException($"the definition is no JSON array of QEMU arguments: {e.Message}", e);
        }

        if (given is null || Array.Exists(given, a => a is null)) throw new FormatException("the definition is no JSON array of QEMU arguments");
        if (Array.Find(given, QemuArguments.AreTheDriversOwn) is { } own)
            throw new FormatException($"{own} is the driver's own argument");

        return
        [
            "-name", $"guest={plan.Vm},process={NameMark}{plan.Vm}",
            "-fw_cfg", EpochMark + plan.Epoch.Number,
            "-fw_cfg", HostMark + plan.Host.Value.Replace(",", ",,", StringComparison.Ordinal),
            "-no-user-config",
            "-qmp", $"unix:{plan.QmpSocket.Replace(",", ",,", StringComparison.Ordinal)},server=on,wait=off",
            "-pidfile", plan.PidFile,
            .. given.Select(a => Fill(a, plan)),
        ];
    }

    private static string Fill(string argument, StartPlan plan) => argument
        .Replace("{vm}", plan.Vm.Value, StringComparison.Ordinal)
        .Replace("{host}", plan.Host.Value, StringComparison.Ordinal)
        .Replace("{epoch}", $"{plan.Epoch.Number}", StringComparison.Ordinal)
        .Replace("{run}", plan.Directory, StringComparison.Ordinal);

    /// <summary>
    /// Reads a process's arguments; null where they are no VM's. Ours are known by their mark, under whatever program
    /// (systemd-run just before it executes QEMU counts already); foreign ones by QEMU's program name and a
    /// <c>-name</c>. A QEMU without a name (a capability probe of libvirt) is no VM of anybody.
    /// </summary>
    internal static VmProcess? Read(int pid, IReadOnlyList<string> arguments)
    {
        if (arguments.Count < 3) return null;
        string? name = null, qmp = null;
        Epoch? epoch = null;
        for (var i = 1; i + 1 < arguments.Count; i++)
        {
            var value = arguments[i + 1];
            switch (arguments[i])
            {
                case "-name": name ??= Options(value).Select(o => o.Key is "guest" or "" ? o.Value : null).FirstOrDefault(n => n is not null); break;
                case "-qmp" when value.StartsWith("unix:", StringComparison.Ordinal): qmp ??= Options(value[5..]).First().Value; break;
                case "-fw_cfg" when value.StartsWith(EpochMark, StringComparison.Ordinal) && long.TryParse(value.AsSpan(EpochMark.Length), out var n):
                    epoch ??= new Epoch(n);
                    break;
            }
        }

        if (name is null || (epoch is null && !IsQemu(arguments[0]))) return null;
        return new VmProcess(new VmName(name), epoch, pid, epoch is null ? null : qmp, Images(arguments));
    }

    private static bool IsQemu(string program)
    {
        var file = Path.GetFileName(program);
        return file.StartsWith("qemu-system-", StringComparison.Ordinal) || file is "qemu-kvm" or "kvm";
    }

    /// <summary>Files named as images: <c>file=</c>, <c>filename=</c> in option lists, and the same in JSON arguments.</summary>
    private static List<string> Images(IReadOnlyList<string> arguments)
    {
        var found = new List<string>();
        for (var i = 1; i < arguments.Count; i++)
        {
            var a = arguments[i];
            if (a.StartsWith('{'))
                found.AddRange(InJson(a));
            else if (a.Contains('=', StringComparison.Ordinal))
                found.AddRange(Options(a).Where(o => o.Key is "file" or "filename" or "file.filename").Select(o => o.Value));
            else if (arguments[i - 1] is "-hda" or "-hdb" or "-hdc" or "-hdd" or "-pflash" or "-sd" or "-fda" or "-fdb")
                found.Add(a);
        }

        return [.. found.Where(f => f.StartsWith('/')).Distinct()];
    }

    private static List<string> InJson(string text)
    {
        var found = new List<string>();
        try
        {
            using var json = JsonDocument.Parse(text);
            Walk(json.RootElement);
        }
        catch (JsonException)
        {
            // Not JSON after all; QEMU will say so itself.
        }

        return found;

        void Walk(JsonElement e)
        {
            if (e.ValueKind != JsonValueKind.Object) return;
            foreach (var p in e.EnumerateObject())
            {
                if (p.Name is "filename" && p.Value.ValueKind == JsonValueKind.String) found.Add(p.Value.GetString()!);
                else Walk(p.Value);
            }
        }
    }

    /// <summary>QEMU's option lists: <c>key=value,key=value</c>, a first bare value without key, commas doubled inside values.</summary>
    internal static IEnumerable<(string Key, string Value)> Options(string list)
    {
        var part = new StringBuilder();
        for (var i = 0; i <= list.Length; i++)
        {
            if (i < list.Length && (list[i] != ',' || (i + 1 < list.Length && list[i + 1] == ',')))
            {
                if (list[i] == ',') i++;
                part.Append(list[i]);
                continue;
            }

            var text = part.ToString();
            part.Clear();
            var at = text.IndexOf('=', StringComparison.Ordinal);
            yield return at < 0 ? ("", text) : (text[..at], text[(at + 1)..]);
        }
    }
}

/// <summary>One start: names and places. <see cref="Directory"/> is the VM's own runtime directory, <c>{run}</c>.</summary>
internal sealed record StartPlan(VmName Vm, Epoch Epoch, MemberName Host, string Directory)
{
    internal string QmpSocket => Path.Combine(Directory, "qmp.sock");
    internal string PidFile => Path.Combine(Directory, "pid");
    internal string Log => Path.Combine(Directory, "qemu.log");
}

/// <summary>A VM process as the process table tells it.</summary>
/// <param name="QmpSocket">Its QMP socket; null for a process that is not ours: we do not speak on a stranger's line.</param>
/// <param name="Images">Files that its arguments name as images.</param>
internal sealed record VmProcess(VmName Vm, Epoch? Epoch, int Pid, string? QmpSocket, IReadOnlyList<string> Images)
{
    /// <summary>Only the beginning of its name is known: it may be any VM that begins so.</summary>
    internal bool NameIsCut { get; init; }

    /// <summary>Whether it is that VM's, or may be.</summary>
    internal bool Is(VmName vm) => Vm == vm || (NameIsCut && vm.Value.StartsWith(Vm.Value, StringComparison.Ordinal));
}
