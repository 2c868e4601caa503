using System.Runtime.InteropServices;

namespace ActorEvents.Aectl;

/// <summary>
/// Sees that nobody reads stdout any more, also while nothing is written: the runtime hides a broken pipe from who writes (it takes it for a pager that was left). Asked four times a second.
/// </summary>
internal sealed partial class ClosedOutputWatch : IDisposable
{
    private const short Error = 0x8;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly CancellationTokenSource _closed = new();
    private readonly ITimer _timer;

    public ClosedOutputWatch(TimeProvider time) => _timer = time.CreateTimer(_ => Look(), null, Interval, Interval);

    public CancellationToken Closed => _closed.Token;

    public void Dispose()
    {
        _timer.Dispose();
        _closed.Dispose();
    }

    private void Look()
    {
        var output = new Descriptor { Number = 1 };
        if (poll(ref output, 1, 0) > 0 && (output.Returned & Error) != 0)
        {
            _closed.Cancel();
        }
    }

    [LibraryImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int poll(ref Descriptor descriptors, nuint count, int timeout);

    [StructLayout(LayoutKind.Sequential)]
    private struct Descriptor
    {
        public int Number;
        public short Wanted;
        public short Returned;
    }
}
