using System.Text.Json;
using System.Text.Json.Serialization;

namespace ActorHa.Lab;

/// <summary>One line to the lab's daemon: a command and its words.</summary>
public sealed record LabRequest(string Command, IReadOnlyList<string> Words);

/// <summary>The daemon's line in answer.</summary>
public sealed record LabReply
{
    /// <summary>What was done, for people; or, if <see cref="Ok"/> is false, why not.</summary>
    public string Text { get; init; } = "";

    /// <summary>Whether it was done.</summary>
    public bool Ok { get; init; } = true;

    /// <summary>When the act began, ms of the lab's clock.</summary>
    public double AtMs { get; init; }

    /// <summary>How long the act itself took, milliseconds.</summary>
    public double Milliseconds { get; init; }

    /// <summary>Answer to <c>status</c>.</summary>
    public LabStatus? Status { get; init; }

    /// <summary>Answer to <c>referee</c>.</summary>
    public RefereeReport? Referee { get; init; }

    /// <summary>Answer to <c>health</c>: per member what its etcd says; empty = healthy.</summary>
    public IReadOnlyDictionary<string, string>? Etcd { get; init; }
}

/// <summary>How the site stands.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Dir">Its directory.</param>
/// <param name="DaemonPid">Process of the lab's daemon.</param>
/// <param name="Hosts">The hosts.</param>
/// <param name="Cuts">Where nothing gets through.</param>
/// <param name="Chassis">Faults of the chassis.</param>
/// <param name="Services">What lives in the daemon.</param>
/// <param name="ChassisAsked">The newest datagrams that came to the chassis.</param>
public sealed record LabStatus(
    string Name,
    string Dir,
    int DaemonPid,
    IReadOnlyList<HostStatus> Hosts,
    IReadOnlyList<CutStatus> Cuts,
    IReadOnlyDictionary<string, string> Chassis,
    IReadOnlyList<string> Services,
    IReadOnlyList<ChassisQuestion> ChassisAsked)
{
    /// <summary>One host.</summary>
    public HostStatus this[string host] => Hosts.Single(h => h.Name == host);
}

/// <summary>How a host stands.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Power">It has power.</param>
/// <param name="Frozen">All its processes stand still.</param>
/// <param name="Boots">How often it was booted.</param>
/// <param name="BootId">Boot id of the present or last life.</param>
/// <param name="UptimeSeconds">Time since power on, seconds; null without power.</param>
/// <param name="Processes">What runs in it.</param>
public sealed record HostStatus(
    string Name, bool Power, bool Frozen, uint Boots, string BootId, double? UptimeSeconds, IReadOnlyList<HostProcess> Processes)
{
    /// <summary>The process of a role; null if none runs.</summary>
    public HostProcess? Process(string role) => Processes.FirstOrDefault(p => p.Role == role);
}

/// <summary>A datagram that came to the chassis.</summary>
/// <param name="AtMs">When, ms of the lab's clock.</param>
/// <param name="From">The member, or the address of a stranger.</param>
public sealed record ChassisQuestion(double AtMs, string From);

/// <summary>A direction in which nothing gets through.</summary>
public sealed record CutStatus(string From, string To);

/// <summary>Lines of JSON.</summary>
public static class LabJson
{
    private static readonly JsonSerializerOptions Compact = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    private static readonly JsonSerializerOptions Indented = new(Compact) { WriteIndented = true };

    /// <summary>One line.</summary>
    public static string Line<T>(T value) => JsonSerializer.Serialize(value, Compact);

    /// <summary>For people.</summary>
    public static string Pretty<T>(T value) => JsonSerializer.Serialize(value, Indented);

    /// <summary>Reads a line.</summary>
    /// <exception cref="LabException">It is none of ours.</exception>
    public static T Parse<T>(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(line, Compact) ?? throw new LabException("null is no message");
        }
        catch (JsonException e)
        {
            throw new LabException($"not understood: {e.Message}", e);
        }
    }
}
