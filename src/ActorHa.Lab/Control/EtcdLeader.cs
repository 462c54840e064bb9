using System.Net.Http.Json;
using System.Text.Json;

namespace ActorHa.Lab;

/// <summary>
/// Moves the leadership of etcd, through its JSON gateway (a diagnostic tool, as the lab is; agents speak gRPC). A witness's
/// agent takes leadership back when it looks again, within 10 s.
/// </summary>
internal sealed class EtcdLeader(SiteDescription site, EtcdHealth health)
{
    /// <summary>Lets a member lead, if it does not yet.</summary>
    /// <exception cref="LabException">It could not be done.</exception>
    public async Task<string> MoveToAsync(string name)
    {
        var member = site.Member(name);
        var all = await AskAllAsync();
        if (!all.TryGetValue(member.Name, out var target)) throw new LabException($"{name}: its etcd does not answer");
        if (target.Id == target.Leader) return $"{name} leads etcd already";
        var leader = all.FirstOrDefault(s => s.Value.Id == target.Leader).Key ?? throw new LabException("no member says that it leads etcd");
        await PostAsync(site.Member(leader), "/v3/maintenance/transfer-leadership", new { targetID = target.Id });
        for (var i = 0; i < 100; i++)
        {
            if ((await AskAllAsync()).GetValueOrDefault(name) is { } now && now.Id == now.Leader) return $"{name} leads etcd, {leader} did";
            await Task.Delay(10);
        }
        throw new LabException($"{leader} was told to let {name} lead etcd, and a second later it does not");
    }

    private async Task<IReadOnlyDictionary<string, (string Id, string Leader)>> AskAllAsync()
    {
        var answers = await Task.WhenAll(site.Members.Select(async m => (m.Name, Said: await TryAsync(m))));
        return answers.Where(a => a.Said is not null).ToDictionary(a => a.Name, a => a.Said!.Value);
    }

    private async Task<(string Id, string Leader)?> TryAsync(MemberDescription member)
    {
        try
        {
            // Ids are 64-bit numbers, in JSON as text. A follower without a leader leaves the field out.
            var said = await PostAsync(member, "/v3/maintenance/status", new { });
            return (said.GetProperty("header").GetProperty("member_id").GetString()!, said.TryGetProperty("leader", out var l) ? l.GetString()! : "");
        }
        catch (Exception e) when (e is LabException or HttpRequestException or OperationCanceledException or JsonException or KeyNotFoundException)
        {
            return null;
        }
    }

    private async Task<JsonElement> PostAsync(MemberDescription member, string path, object body)
    {
        using var answer = await health.Client(member).PostAsJsonAsync(new Uri(path, UriKind.Relative), body);
        if (!answer.IsSuccessStatusCode) throw new LabException($"{member.Name}: etcd refuses {path}: {(await answer.Content.ReadAsStringAsync()).Trim()}");
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }
}
