namespace ActorEvents.Events;

/// <summary>Bytes that may be missing. A null array converts to zero bytes by itself, also in <c>there ? new ReadOnlyMemory&lt;byte&gt;(…) : null</c>.</summary>
internal static class NullableBytes
{
    /// <summary>The array as memory, not a copy; null stays null.</summary>
    public static ReadOnlyMemory<byte>? OrNull(this byte[]? bytes) => bytes is null ? null : (ReadOnlyMemory<byte>?)bytes;
}
