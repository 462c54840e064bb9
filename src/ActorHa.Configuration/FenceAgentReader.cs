using System.Globalization;
using System.Text.RegularExpressions;
using ActorHa.Core;
using ActorHa.Hocon;

namespace ActorHa.Configuration;

/// <summary>
/// The driver <c>fence-agent</c>: the agent's name and its own options. What the options mean only the agent's metadata
/// knows, which is asked on the members; here stands what is refused whatever the agent says.
/// </summary>
internal static partial class FenceAgentReader
{
    // An agent runs at most so long: what it leaves behind must be over within the least set-lifetime.
    private static readonly TimeSpan MostPatience = TimeSpan.FromSeconds(30);

    private static readonly Dictionary<string, string> Reserved = new(StringComparer.Ordinal)
    {
        ["action"] = "the driver says what is to be done",
        ["option"] = "the driver says what is to be done",
        ["plug"] = "the plug stands with the host, under fencing",
        ["port"] = "the plug stands with the host, under fencing",
        ["nodename"] = "the plug stands with the host, under fencing",
        ["plug_separator"] = "a level lists its plugs itself",
        ["missing_as_off"] = "what the device does not know is unknown, and unknown is never off",
        ["disable_timeout"] = "an agent without time limits holds up every recovery",
        ["delay"] = "who fences is decided before; a delay only makes every recovery later",
        ["debug"] = "agents write passwords there",
        ["debug_file"] = "agents write passwords there",
        ["verbose"] = "agents print passwords then",
        ["verbose_level"] = "agents print passwords then",
        ["quiet"] = "its words are needed beside its exit code",
        ["help"] = "it would do nothing else",
        ["version"] = "it would do nothing else",
    };

    /// <summary>The device's options, flat: the agent's own begin with <c>option.</c>.</summary>
    public static IEnumerable<(string, string)> Read(Section section)
    {
        foreach (var key in section.Keys.Where(IsPassword)) DeviceReader.RefusePassword(section, key);
        yield return ("agent", Agent(section));
        var options = section.Child("options");
        foreach (var key in options.Keys)
            if (Option(options, key) is { } value) yield return ($"option.{key}", value);
        yield return ("secrets", string.Join(",", Secrets(section, options)));
        yield return ("patience", string.Create(CultureInfo.InvariantCulture, $"{section.Duration("patience", TimeSpan.FromSeconds(1), MostPatience).TotalSeconds:0.###}s"));
        yield return ("trust-off", section.Boolean("trust-off") ? "yes" : "no");
    }

    /// <summary>Why an off of this device is no proof; null where it is one, or where another driver says so itself.</summary>
    public static string? WhyNoProof(DeviceConfig device) =>
        device.Options.TryGetValue("agent", out var agent) && agent.Length > 0 && device.Options["trust-off"] == "no"
        && PowerlessAgents.WhyNot(agent) is null && BelievedAgents.Of(agent) is { Believed: false, Why: var why }
            ? $"{agent} {why}"
            : null;

    private static string Agent(Section section)
    {
        var agent = section.Parsed("agent", "the name of an agent: fence_ and a-z, 0-9, _ and -", t => AgentName().IsMatch(t) ? t : null) ?? "";
        if (PowerlessAgents.WhyNot(agent) is { } why) section.Refuse("agent", agent, "an agent that cuts a host's power", why);
        return agent;
    }

    private static string? Option(Section options, string key)
    {
        if (IsPassword(key))
        {
            DeviceReader.RefusePassword(options, key);
            return null;
        }
        var value = options.Parsed(key, "a text of one line", t => t.Length > 0 && !t.Any(char.IsControl) ? t : null);
        if (!OptionName().IsMatch(key)) options.Refuse(key, options.KeyOriginOf(key), $"\"{key}\"", "an option's name: letters, 0-9, _ and -");
        else if (Reserved.TryGetValue(key.Replace('-', '_'), out var why)) options.Refuse(key, options.KeyOriginOf(key), "an option that the driver keeps to itself", "none here", why);
        else return value;
        return null;
    }

    private static List<string> Secrets(Section section, Section options)
    {
        var secrets = new List<string>();
        foreach (var item in section.Texts("secrets"))
        {
            if (!OptionName().IsMatch(item.Text)) section.Refuse("secrets", item.Origin, item.Describe(), "the name of an option of the agent");
            else if (secrets.Contains(item.Text)) section.Refuse("secrets", item.Origin, $"{item.Text} twice", "each secret once");
            else if (options.Sets(item.Text)) section.Refuse("secrets", item.Origin, $"{item.Text}, which stands under options", "a secret that stands in no configuration");
            else secrets.Add(item.Text);
        }
        return secrets;
    }

    private static bool IsPassword(string key) => key.Contains("passw", StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex("^fence_[a-z0-9_-]{1,58}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex AgentName();

    [GeneratedRegex("^[A-Za-z0-9_-]{1,64}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex OptionName();
}
