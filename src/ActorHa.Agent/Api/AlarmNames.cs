namespace ActorHa.Agent.Api;

/// <summary>The runbook page of an alarm, by the words of its sentence: the Because sentences are the runbooks' index.</summary>
public static class AlarmNames
{
    private static readonly (string Words, string Page)[] Pages =
    [
        // First: between its words stands what the hypervisor said, whatever that was.
        ("it takes no VM", "degraded"),
        ("not quorate", "not-quorate"),
        ("no tolerance left", "no-tolerance"),
        ("the journal was put back", "journal-put-back"),
        ("was put back, or is read from the past", "read-only"),
        ("not admitted yet", "set-may-strike"),
        ("stays closed while a SET may", "set-may-strike"),
        ("read-only", "read-only"),
        ("no configuration", "no-configuration"),
        ("is not in configuration", "no-configuration"),
        ("not protected by its watchdog", "watchdog"),
        ("two proofs are required", "two-proofs"),
        ("not proven off by its fence device", "not-proven-off"),
        ("not protected", "not-protected"),
        ("maintenance", "maintenance"),
        ("may not be fenced", "brake"),
        ("it asks nothing", "brake"),
        ("no other host is alive", "brake"),
        ("it owns nothing that may move", "nothing-to-recover"),
        ("entries in a second", "many-entries"),
        ("the journal takes", "entry-too-large"),
        ("is not believed", "device-not-believed"),
        ("its VMs are unwatched", "agent-silent"),
        ("its etcd member answers", "agent-silent"),
        ("link between them", "link-broken"),
        ("may be deaf", "deaf"),
        ("deaf to it", "deaf"),
        ("without permission", "stray-vm"),
        ("not admitted until released", "quarantine"),
        ("stays off until released", "quarantine"),
        ("declared over", "life-over"),
        ("does not end on", "vm-does-not-end"),
        // Before the next: it may say so as well, of the hosts that are not asked.
        ("waits for memory", "vm-waits"),
        ("failed too often", "vm-failed"),
        ("waits for", "vm-waits"),
        ("says that it is not well", "degraded"),
        ("does not refute", "degraded"),
    ];

    /// <summary>Name of the page; <c>other</c> when no page knows the sentence.</summary>
    public static string Of(string because) => Array.Find(Pages, p => because.Contains(p.Words, StringComparison.Ordinal)).Page ?? "other";

    /// <summary>All pages that exist: each has a file in ops/runbooks.</summary>
    public static IEnumerable<string> All => Pages.Select(p => p.Page).Concat(["mailbox-full", "late-beats", "state-not-kept", "etcd-silent", "other"]).Distinct();
}
