namespace ActorHa.Snmp;

/// <summary>Walks: one question after the other through a subtree.</summary>
public static class SnmpWalk
{
    /// <summary>
    /// Reads a subtree in order, at most <paramref name="most"/> rows. <c>Fault</c> is the answer that ended it early;
    /// null means that the walk came to the subtree's end.
    /// </summary>
    public static Task<(IReadOnlyList<VarBind> Rows, SnmpAnswer? Fault)> WalkAsync(
        this SnmpManager manager, Oid root, int most, TimeSpan patience, CancellationToken cancel = default) =>
        RunAsync(manager, root, most, patience, (at, left) => manager.GetNextAsync([at], left, cancel));

    /// <summary>The same with GetBulk, so many rows at once. Fewer questions; small devices do not always do it well.</summary>
    /// <exception cref="InvalidOperationException">With an SNMPv1 community.</exception>
    public static Task<(IReadOnlyList<VarBind> Rows, SnmpAnswer? Fault)> BulkWalkAsync(
        this SnmpManager manager, Oid root, int most, int atOnce, TimeSpan patience, CancellationToken cancel = default) =>
        RunAsync(manager, root, most, patience, (at, left) => manager.GetBulkAsync([at], 0, atOnce, left, cancel));

    private static async Task<(IReadOnlyList<VarBind> Rows, SnmpAnswer? Fault)> RunAsync(
        SnmpManager manager, Oid root, int most, TimeSpan patience, Func<Oid, TimeSpan, Task<SnmpAnswer>> ask)
    {
        var began = manager.Time.GetTimestamp();
        var rows = new List<VarBind>();
        var at = root;
        while (rows.Count < most)
        {
            var left = patience - manager.Time.GetElapsedTime(began);
            var answer = left > TimeSpan.Zero ? await ask(at, left) : new SnmpAnswer.NoAnswer(false, "the walk took too long");
            // SNMPv1 has no value for the end: it is an error (RFC 1157 section 4.1.3).
            if (answer is SnmpAnswer.Response { Error: SnmpError.NoSuchName } && manager.Version == SnmpVersion.V1) return (rows, null);
            if (answer is not SnmpAnswer.Response { Error: SnmpError.None } response) return (rows, answer);
            if (response.Binds.Count == 0) return (rows, new SnmpAnswer.NoAnswer(true, "the device answers a walk without a row"));
            foreach (var row in response.Binds.Take(most - rows.Count))
            {
                if (row.Value is SnmpValue.EndOfMibView || !row.Name.IsIn(root)) return (rows, null);
                // A device whose rows do not rise would keep us walking in a circle.
                if (row.Name.CompareTo(at) <= 0) return (rows, new SnmpAnswer.NoAnswer(true, "the device's rows do not rise"));
                rows.Add(row);
                at = row.Name;
            }
        }
        return (rows, new SnmpAnswer.NoAnswer(true, $"more than {most} rows"));
    }
}
