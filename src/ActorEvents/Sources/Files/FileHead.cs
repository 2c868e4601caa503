namespace ActorEvents.Sources.Files;

/// <summary>The first bytes of a file, by which it is known again.</summary>
internal sealed class FileHead
{
    private readonly string _name;
    private readonly byte[] _bytes;
    private readonly Dictionary<int, string> _hashes = [];

    private FileHead(string name, byte[] bytes) => (_name, _bytes) = (name, bytes);

    public int Length => _bytes.Length;

    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <param name="path">What its id is made of beside its bytes: the path at which it stood when it was read, wherever it is now.</param>
    public static FileHead Read(OpenFile file, string path)
    {
        var head = new byte[FileIdentity.MaxHashedBytes];
        var length = 0;
        while (length < head.Length && RandomAccess.Read(file.Handle, head.AsSpan(length), length) is > 0 and var read)
        {
            length += read;
        }

        return new FileHead(Path.GetFullPath(path), head[..length]);
    }

    /// <summary>Kept: a source that has read many files has many ids of one length.</summary>
    public string HashOf(int bytes)
    {
        if (!_hashes.TryGetValue(bytes, out var hash))
        {
            _hashes[bytes] = hash = FileIdentity.HashOf(_name, _bytes.AsSpan(0, bytes));
        }

        return hash;
    }

    public bool IsOf(FileIdentity identity) => identity.Hashed <= Length && HashOf(identity.Hashed) == identity.Hash;
}
