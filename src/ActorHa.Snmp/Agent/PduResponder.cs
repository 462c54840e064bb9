namespace ActorHa.Snmp.Agent;

/// <summary>Answers PDUs from a tree (RFC 3416 section 4.2).</summary>
internal sealed class PduResponder(IMibTree tree)
{
    /// <summary>A GetBulk asks for what it likes; this is what it gets at most.</summary>
    private const int MostBulkRows = 256;

    /// <summary>Null for PDUs that are not answered.</summary>
    public Pdu? Answer(Pdu asked, bool mayWrite) => asked.Type switch
    {
        PduType.Get => Good(asked, [.. asked.Binds.Select(b => new VarBind(b.Name, tree.Get(b.Name)))]),
        PduType.GetNext => Good(asked, [.. asked.Binds.Select(b => Next(b.Name))]),
        PduType.GetBulk => Good(asked, Bulk(asked)),
        PduType.Set => Set(asked, mayWrite),
        _ => null,
    };

    /// <summary>The answer that says no; names and values go back as they came (RFC 3416 section 4.2.1).</summary>
    public static Pdu Bad(Pdu asked, SnmpError error, int index) =>
        new(PduType.Response, asked.RequestId, (int)error, index, error == SnmpError.TooBig ? [] : asked.Binds);

    private static Pdu Good(Pdu asked, IReadOnlyList<VarBind> binds) => new(PduType.Response, asked.RequestId, 0, 0, binds);

    private VarBind Next(Oid after) => tree.Next(after) ?? new VarBind(after, new SnmpValue.EndOfMibView());

    private List<VarBind> Bulk(Pdu asked)
    {
        var (once, rounds) = (Math.Clamp(asked.Status, 0, asked.Binds.Count), Math.Max(asked.Index, 0));
        var rows = asked.Binds.Take(once).Select(b => Next(b.Name)).ToList();
        var columns = asked.Binds.Skip(once).Select(b => b.Name).ToArray();
        for (var round = 0; round < rounds && columns.Length > 0 && rows.Count + columns.Length <= MostBulkRows; round++)
        {
            var found = columns.Select(Next).ToArray();
            rows.AddRange(found);
            if (found.All(row => row.Value is SnmpValue.EndOfMibView)) break;
            columns = [.. found.Select(row => row.Name)];
        }
        return rows;
    }

    private Pdu Set(Pdu asked, bool mayWrite)
    {
        if (!mayWrite) return Bad(asked, SnmpError.NoAccess, Math.Min(1, asked.Binds.Count));
        for (var i = 0; i < asked.Binds.Count; i++)
        {
            if (tree.Check(asked.Binds[i].Name, asked.Binds[i].Value) is var no and not SnmpError.None) return Bad(asked, no, i + 1);
        }
        for (var i = 0; i < asked.Binds.Count; i++)
        {
            if (tree.Set(asked.Binds[i].Name, asked.Binds[i].Value) is var no and not SnmpError.None) return Bad(asked, no, i + 1);
        }
        return Good(asked, asked.Binds);
    }
}
