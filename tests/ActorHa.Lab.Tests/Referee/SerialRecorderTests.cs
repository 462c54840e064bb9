using System.Net.Sockets;
using System.Text;
using ActorHa.Lab.Guests;
using ActorHa.Lab.Referee;

namespace ActorHa.Lab.Tests.Referee;

public class SerialRecorderTests
{
    [Fact]
    public async Task Two_connections_at_once_are_told_apart_and_nonsense_is_cut()
    {
        var dir = Directory.CreateTempSubdirectory("ah-rec-").FullName;
        var begun = LabClock.Now;
        await using (var recorder = new SerialRecorder(dir))
        {
            recorder.Listen("mail");
            using var a = await ConnectAsync(dir);
            using var b = await ConnectAsync(dir);
            await a.SendAsync(Encoding.ASCII.GetBytes("mail A 1 1\r\nmail A"));
            await b.SendAsync(Encoding.ASCII.GetBytes("mail B 2 1\r\n"));
            await a.SendAsync(Encoding.ASCII.GetBytes(" 1 2\r\n" + new string('x', 5000) + "\n"));
            // Either connection may be written first.
            for (var i = 0; i < 500 && !All(SerialRecorder.LogOf(dir, "mail")); i++) await Task.Delay(10);
        }

        var lines = SerialLine.ReadLog(SerialRecorder.LogOf(dir, "mail"));
        Assert.Equal([("A", 1L), ("A", 2L)], lines.Where(l => l.Host == "A").Select(l => (l.Host, l.Counter)));
        Assert.Equal(2, lines.Select(l => l.Connection).Distinct().Count());
        Assert.All(lines, l => Assert.InRange(l.ArrivalMs, begun - 1, LabClock.Now));
        Assert.All(File.ReadAllLines(SerialRecorder.LogOf(dir, "mail")), l => Assert.True(l.Length < 600));
        Directory.Delete(dir, recursive: true);
    }

    private static bool All(string log) => File.ReadAllLines(log).Length >= 12 && SerialLine.ReadLog(log).Select(l => l.Connection).Distinct().Count() == 2;

    private static async Task<Socket> ConnectAsync(string dir)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(SerialRecorder.SocketOf(dir, "mail")));
        return socket;
    }
}
