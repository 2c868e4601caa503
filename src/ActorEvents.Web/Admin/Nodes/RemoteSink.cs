using ActorEvents.Web.Admin.Frames;
using Akka.Actor;

namespace ActorEvents.Web.Admin.Nodes;

/// <summary>
/// Sends frames to the node that asked, in pieces far below the size of a remote message. The other side cannot say that it is slow, so a stream is slowed here, and an answer ends at a
/// size that every node can hold.
/// </summary>
/// <param name="streaming">Each frame goes at once.</param>
internal sealed class RemoteSink(IActorRef asker, long id, IActorRef self, bool streaming, TimeProvider time) : IFrameSink
{
    /// <summary>Bytes of a piece.</summary>
    public const int Piece = 12 * 1024;

    /// <summary>Bytes of an answer beyond which it is paced as a stream is.</summary>
    public const long Unpaced = 4 << 20;

    /// <summary>Pace: bytes in each <see cref="s_window"/>.</summary>
    private const int Pace = 64 * 1024;

    private static readonly TimeSpan s_window = TimeSpan.FromMilliseconds(250);
    private readonly MemoryStream _waiting = new();
    private long _sent;
    private long _inWindow;
    private long _windowStart = time.GetTimestamp();

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> line, CancellationToken stop)
    {
        _waiting.Write(line.Span);
        if (streaming || _waiting.Length >= Piece)
        {
            Flush(last: false);
        }

        if ((streaming || _sent > Unpaced) && _inWindow > Pace && time.GetElapsedTime(_windowStart) is var past && past < s_window)
        {
            await Task.Delay(s_window - past, time, stop);
        }
    }

    /// <summary>What waits, now.</summary>
    public void Flush(bool last)
    {
        var bytes = _waiting.ToArray().AsMemory();
        _waiting.SetLength(0);
        if (time.GetElapsedTime(_windowStart) > s_window)
        {
            (_windowStart, _inWindow) = (time.GetTimestamp(), 0);
        }

        for (; bytes.Length > Piece; bytes = bytes[Piece..])
        {
            Send(bytes[..Piece], last: false);
        }

        if (bytes.Length > 0 || last)
        {
            Send(bytes, last);
        }
    }

    private void Send(ReadOnlyMemory<byte> bytes, bool last)
    {
        _sent += bytes.Length;
        _inWindow += bytes.Length;
        asker.Tell(new CallFrames(id, bytes, last), self);
    }
}
