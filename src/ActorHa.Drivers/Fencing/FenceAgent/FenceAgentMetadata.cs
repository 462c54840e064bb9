using System.Collections.Immutable;
using System.Xml;
using System.Xml.Linq;

namespace ActorHa.Drivers.Fencing.FenceAgent;

/// <summary>
/// What an agent says of itself (<c>action=metadata</c>; ClusterLabs' FenceAgentAPI and metadata.rng): its options and
/// actions. It comes from a program, so it is read as a stranger's word: bounded, no DTD, no entities, nothing fetched.
/// </summary>
internal sealed class FenceAgentMetadata
{
    /// <summary>Most bytes that are read; the longest of Debian's agents writes less than a tenth.</summary>
    public const int MostBytes = 256 * 1024;

    private static readonly string[] Flags = ["1", "yes", "on", "true", "0", "no", "off", "false"];

    private static readonly string[] Needed = ["off", "on", "status"];

    private readonly ImmutableArray<Parameter> _parameters;

    private FenceAgentMetadata(ImmutableArray<Parameter> parameters, ImmutableHashSet<string> actions)
    {
        _parameters = parameters;
        Actions = actions;
    }

    /// <summary>Names of the actions that the agent offers.</summary>
    public ImmutableHashSet<string> Actions { get; }

    /// <summary>Reads the XML.</summary>
    /// <exception cref="FormatException">It is none, too long, has a document type, or describes no agent.</exception>
    public static FenceAgentMetadata Parse(string xml)
    {
        var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = MostBytes, CloseInput = true };
        try
        {
            using var reader = XmlReader.Create(new StringReader(xml), settings);
            var root = XDocument.Load(reader).Root!;
            if (root.Name.LocalName != "resource-agent") throw new FormatException($"its metadata is a <{root.Name.LocalName}>, not a <resource-agent>");
            return new(
                [.. root.Elements("parameters").Elements("parameter").Select(Read).Where(p => p.Name.Length > 0)],
                [.. root.Elements("actions").Elements("action").Select(a => (string?)a.Attribute("name") ?? "").Where(a => a.Length > 0)]);
        }
        catch (XmlException e)
        {
            throw new FormatException($"its metadata cannot be read: {e.Message}", e);
        }
    }

    /// <summary>All that is wrong with options, secrets and plug, a sentence each.</summary>
    public IEnumerable<string> Problems(FenceAgentOptions options, string plug)
    {
        foreach (var action in Needed.Where(a => !Actions.Contains(a)))
            yield return $"it does not offer the action {action}";
        foreach (var (name, value) in options.Options)
        {
            if (Find(name) is not { } parameter) yield return $"it has no option {name}";
            else if (parameter.WhyNot(value) is { } why) yield return $"option {name}: found {value}, expected {why}";
        }
        foreach (var name in options.Secrets.Where(n => Find(n) is null)) yield return $"it has no option {name}, which is named under secrets";
        var given = options.Options.Keys.Concat(options.Secrets).Select(Find).OfType<Parameter>().Select(p => p.Form).ToHashSet(StringComparer.Ordinal);
        foreach (var missing in _parameters.Where(p => p is { Required: true, Deprecated: false } && !IsOurs(p.Name) && !given.Contains(p.Form)))
            yield return $"it needs the option {missing.Name}";
        if (PlugProblem(options, plug) is { } problem) yield return problem;
    }

    /// <summary>
    /// The plug must be named where the agent has plugs, and must not where it has none: two hosts with two plugs of a
    /// device that has but one would be one host.
    /// </summary>
    private string? PlugProblem(FenceAgentOptions options, string plug)
    {
        var named = plug != FenceAgentUnit.OnlyPlug;
        var parameter = Find("plug");
        if (parameter is null)
            return named ? $"its device has one plug only: plug = \"{FenceAgentUnit.OnlyPlug}\", not {plug}" : null;
        if (parameter.Required || Find("port_as_ip") is null)
            return named ? null : "the plug must be named";
        var addressed = options.Options.TryGetValue("port_as_ip", out var flag) && Flags.AsSpan(..4).Contains(flag);
        if (addressed == named) return null;
        return named
            ? $"its device has one plug only: plug = \"{FenceAgentUnit.OnlyPlug}\", not {plug} (or the device's address, with port_as_ip = 1)"
            : "with port_as_ip the plug is the device's address";
    }

    private static bool IsOurs(string name) => name is "action" or "plug" or "port";

    // The library takes - and _ for the same.
    private Parameter? Find(string name) => _parameters.FirstOrDefault(p => p.Name.Replace('-', '_') == name.Replace('-', '_'));

    private static Parameter Read(XElement e)
    {
        string Text(string name) => (string?)e.Attribute(name) ?? "";
        var content = e.Element("content");
        return new(
            Text("name"),
            Text("required") == "1",
            Text("deprecated") == "1",
            // An option and its older name have the same form on the command line.
            (string?)e.Element("getopt")?.Attribute("mixed") ?? Text("name"),
            (string?)content?.Attribute("type") ?? "string",
            [.. content?.Elements("option").Select(o => (string?)o.Attribute("value") ?? "") ?? []]);
    }

    private sealed record Parameter(string Name, bool Required, bool Deprecated, string Form, string Type, ImmutableArray<string> Words)
    {
        public string? WhyNot(string value) => Type switch
        {
            "boolean" when !Flags.Contains(value, StringComparer.OrdinalIgnoreCase) => "1 or 0",
            "integer" or "second" when value.Length == 0 || !value.All(char.IsAsciiDigit) => "a whole number",
            "select" when !Words.Contains(value) => string.Join(" or ", Words),
            _ => null,
        };
    }
}
