using System.Collections.Immutable;
using System.Diagnostics;
using ActorHa.Core;
using ActorHa.Drivers.Journal.Etcd.Wire;

namespace ActorHa.Drivers.Journal.Etcd;

/// <summary>
/// Who leads etcd, and moving it: leadership is best kept where a death costs no election. No member's own word is
/// enough: a leader with a stalled disk calls itself leader of its old term for as long as the stall lasts.
/// </summary>
public sealed class EtcdLeadership(EtcdMembers members)
{
    private static readonly TimeSpan LookLimit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MoveLimit = TimeSpan.FromSeconds(3);

    /// <summary>Asks all members at once for their status; takes at most one second, also where a member is frozen.</summary>
    public async Task<LeaderReport> LookAsync(CancellationToken cancel = default)
    {
        ImmutableArray<EtcdMemberStatus> seen = [.. await Task.WhenAll(Enumerable.Range(0, members.Channels.Length).Select(i => StatusAsync(i, cancel)))];
        var term = seen.Max(s => s.Term);
        // In one term Raft has at most one leader; members of that term that know of none yet have no say.
        var leaderId = seen.FirstOrDefault(s => s.Term == term && s.LeaderId != 0)?.LeaderId ?? 0;
        var votes = seen.Count(s => s.Answered && s.Term == term && s.LeaderId == leaderId);
        var leader = leaderId == 0 ? null : seen.FirstOrDefault(s => s.Answered && s.MemberId == leaderId)?.Member ?? await NameAsync(leaderId, cancel);
        return new LeaderReport(leader, term, leaderId != 0 && votes > seen.Length / 2, seen);
    }

    /// <summary>
    /// Moves leadership to a member (about 0.1 s; appends go on). Asked of the leader itself: others refuse.
    /// </summary>
    /// <returns>True when <paramref name="target"/> leads; false when it, or the leader, did not answer, or etcd refused.</returns>
    public async Task<bool> MoveToAsync(MemberName target, CancellationToken cancel = default)
    {
        var report = await LookAsync(cancel);
        // A target that does not answer would leave the cluster without a leader for an election.
        if (report.Leader is not { } leader || report.Members.FirstOrDefault(s => s.Member == target) is not { Answered: true } to) return false;
        if (leader == target) return report.Sure;
        var channel = members.Channels.IndexOf(members.Find(leader)!);
        if (channel < 0) return false;
        try
        {
            var order = Grpc.Frame(new MoveLeaderRequest { TargetId = to.MemberId });
            await members.CallAsync(channel, EtcdMethods.MoveLeader, order, MoveLimit, cancel);
            return true;
        }
        catch (EtcdCallException)
        {
            return false;
        }
    }

    private async Task<EtcdMemberStatus> StatusAsync(int i, CancellationToken cancel)
    {
        var name = members.Channels[i].Name;
        var began = Stopwatch.GetTimestamp();
        try
        {
            var s = await members.CallAsync(i, EtcdMethods.Status, EtcdMethods.Nothing, LookLimit, cancel);
            return new EtcdMemberStatus(
                name, true, string.Join("; ", s.Errors), s.Header.MemberId, s.Leader, s.RaftTerm, s.RaftIndex, s.RaftAppliedIndex,
                s.Version, s.DbSize, s.DbSizeInUse, Stopwatch.GetElapsedTime(began));
        }
        catch (EtcdCallException fault)
        {
            return new EtcdMemberStatus(name, false, fault.Message, 0, 0, 0, 0, 0, "", 0, 0, Stopwatch.GetElapsedTime(began));
        }
    }

    /// <summary>The name of a leader that did not answer itself, from the others' list of members.</summary>
    private async Task<MemberName?> NameAsync(ulong id, CancellationToken cancel)
    {
        var round = new EtcdRound<MemberListResponse>(members, EtcdMethods.MemberList, EtcdMethods.Nothing);
        var list = await round.AskAsync(LookLimit, cancel);
        return list?.Members.FirstOrDefault(m => m.Id == id) is { Name.Length: > 0 } member ? new MemberName(member.Name) : null;
    }
}

/// <summary>Who leads, by the highest Raft term that any member told.</summary>
/// <param name="Leader">The leader; null = none known, or its name is not.</param>
/// <param name="Term">That term.</param>
/// <param name="Sure">A majority of all members name this leader in this term. Not sure: it may be a leader of the past.</param>
/// <param name="Members">Each member's status, in the options' order.</param>
public sealed record LeaderReport(MemberName? Leader, ulong Term, bool Sure, ImmutableArray<EtcdMemberStatus> Members);

/// <summary>Answer of one etcd member to a status call; fields of <c>etcdserverpb.StatusResponse</c>.</summary>
/// <param name="Member">The member.</param>
/// <param name="Answered">It gave a complete answer; else all numbers are 0.</param>
/// <param name="Detail">Its own complaints (no leader, NOSPACE, CORRUPT), or why there is no answer; empty = well.</param>
/// <param name="MemberId">etcd's id of it.</param>
/// <param name="LeaderId">Whom it takes for the leader; 0 = nobody.</param>
/// <param name="Term">Its Raft term.</param>
/// <param name="RaftIndex">Index of its newest committed Raft entry.</param>
/// <param name="RaftApplied">Index of its newest applied Raft entry.</param>
/// <param name="Version">etcd's version.</param>
/// <param name="DbSize">Size of its database file, bytes.</param>
/// <param name="DbSizeInUse">Of that, in use; the rest comes back by defragmenting.</param>
/// <param name="RoundTrip">Duration of the call.</param>
public sealed record EtcdMemberStatus(
    MemberName Member, bool Answered, string Detail, ulong MemberId, ulong LeaderId, ulong Term, ulong RaftIndex,
    ulong RaftApplied, string Version, long DbSize, long DbSizeInUse, TimeSpan RoundTrip);
