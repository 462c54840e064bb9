using System.Text.Json;

namespace ActorHa.Ports.Api;

/// <summary>
/// The agent's local interface: HTTP/1.1 over a unix socket, JSON with <see cref="JsonSerializerDefaults.Web"/>.
/// Whoever may open the socket may operate the cluster; the operator's name in a command is what the caller claims.
/// <para>
/// A command that the cluster refuses is a 200 with <see cref="CommandResult.Accepted"/> false and its reason.
/// 400: the request itself is nonsense; 404: no such path or host; 503: this agent cannot read the journal now; each
/// with an <see cref="ApiProblem"/>. Moments are wall-clock times in UTC, for people; durations are numbers with
/// their unit last in the name.
/// </para>
/// </summary>
public static class ApiContract
{
    /// <summary>Where the agent listens unless configured otherwise.</summary>
    public const string DefaultSocket = "/run/actorha/agent.sock";

    /// <summary>GET → <see cref="StatusDto"/>.</summary>
    public const string Status = "/status";

    /// <summary>
    /// GET → <see cref="HistoryDto"/>. <c>?limit=</c> entries at most (default 50, most 1000). Without <c>?after=</c> the newest,
    /// with it the first ones behind that index. Always in rising order.
    /// </summary>
    public const string History = "/history";

    /// <summary>GET → <see cref="ConfigDto"/>.</summary>
    public const string Config = "/config";

    /// <summary>POST <see cref="ApplyConfigCommand"/> → <see cref="CommandResult"/>.</summary>
    public const string ConfigApply = "/config/apply";

    /// <summary>POST <see cref="VmCommand"/> → <see cref="CommandResult"/>.</summary>
    public const string Vm = "/vm";

    /// <summary>POST <see cref="MaintenanceCommand"/> → <see cref="CommandResult"/>.</summary>
    public const string Maintenance = "/maintenance";

    /// <summary>POST <see cref="PowerCommand"/> → <see cref="CommandResult"/>.</summary>
    public const string Power = "/power";

    /// <summary>
    /// POST <see cref="FenceConfirmCommand"/> → <see cref="CommandResult"/>. GET of this path, a slash and the host's name →
    /// <see cref="FenceConfirmationDto"/>.
    /// </summary>
    public const string FenceConfirm = "/fence/confirm";

    /// <summary>POST <see cref="FenceDrillCommand"/> → <see cref="CommandResult"/>; its steps and its end are journal entries.</summary>
    public const string FenceDrill = "/fence/drill";

    /// <summary>POST <see cref="HostReleaseCommand"/> → <see cref="CommandResult"/>.</summary>
    public const string HostRelease = "/host/release";

    /// <summary>POST <see cref="JournalAcceptCommand"/> → <see cref="CommandResult"/>.</summary>
    public const string JournalAccept = "/journal/accept";

    /// <summary>How both sides write JSON.</summary>
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
}

/// <summary>Body of an answer that is no success.</summary>
/// <param name="Error">The reason, one sentence.</param>
public sealed record ApiProblem(string Error);

/// <summary>What became of a command.</summary>
/// <param name="Accepted">It is in the journal. Its effects follow; they are not awaited.</param>
/// <param name="Because">Why, in the decider's words; also when accepted.</param>
/// <param name="Index">The journal entry; null when refused, or when nothing had to be changed.</param>
public sealed record CommandResult(bool Accepted, string Because, long? Index = null);
