using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ActorEvents.Web.Admin.Access;

/// <summary>
/// Named tokens with their roles, stored as SHA-256 of the token: <c>{"tokens":[{"name":"ops","role":"operator","sha256":"…"}]}</c>. Read anew when it was changed, so a token is
/// given or taken while the node runs.
/// </summary>
internal sealed class TokenFile
{
    private readonly string _path;
    private readonly Lock _lock = new();
    private (DateTime Written, long Length) _read;
    private IReadOnlyList<Token> _tokens = [];

    private TokenFile(string path) => _path = path;

    /// <summary>Opens the file, or makes it with one token of role admin, whose text goes to a file beside it.</summary>
    /// <param name="made">The file with that text, if it was made now.</param>
    /// <exception cref="IOException">It cannot be made or read, others may read it, or it is not as it must be; says what to do.</exception>
    public static TokenFile Open(string path, out string? made)
    {
        made = null;
        if (!File.Exists(path))
        {
            made = path + ".admin";
            var text = Make();
            Write(made, text + "\n");
            Write(path, JsonSerializer.Serialize(new { tokens = new[] { new { name = "admin", role = "admin", sha256 = Hash(text) } } }) + "\n");
        }

        var file = new TokenFile(path);
        lock (file._lock)
        {
            file.Read();
        }

        return file;
    }

    /// <summary>Whose token it is; null: nobody's. Takes as long for one as for the other.</summary>
    /// <exception cref="IOException">The file was changed and cannot be read now.</exception>
    public (string Name, Role Role)? Find(string text)
    {
        IReadOnlyList<Token> tokens;
        lock (_lock)
        {
            var info = new FileInfo(_path);
            if (!info.Exists || _read != (info.LastWriteTimeUtc, info.Length))
            {
                Read();
            }

            tokens = _tokens;
        }

        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(text));
        Token? found = null;
        foreach (var token in tokens)
        {
            found = CryptographicOperations.FixedTimeEquals(token.Hash, hash) ? token : found;
        }

        return found is null ? null : (found.Name, found.Role);
    }

    internal static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static string Make() => "ae_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    private static void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var stream = new FileStream(path, options);
        stream.Write(Encoding.UTF8.GetBytes(text));
    }

    private void Read()
    {
        var info = new FileInfo(_path);
        if (!info.Exists)
        {
            _tokens = [];
            throw new IOException($"The token file {_path} is gone: nobody is let in over TCP. Put it back, or start the node again, which makes a new one.");
        }

        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(_path) & (UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite)) != 0)
        {
            throw new IOException($"The token file {_path} is open to other users. Run: chmod 600 {_path}");
        }

        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(_path));
            _tokens = [.. json.RootElement.GetProperty("tokens").EnumerateArray().Select(t => new Token(
                t.GetProperty("name").GetString()!,
                Roles.Parse(t.GetProperty("role").GetString()!) ?? throw new FormatException($"role '{t.GetProperty("role").GetString()}' is none of viewer, operator, admin"),
                Convert.FromHexString(t.GetProperty("sha256").GetString()!)))];
            _read = (info.LastWriteTimeUtc, info.Length);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            _tokens = [];
            throw new IOException(
                $"The token file {_path} is not as it must be ({e.Message.TrimEnd('.')}): {{\"tokens\":[{{\"name\":\"ops\",\"role\":\"operator\",\"sha256\":\"hex of SHA-256 of the token\"}}]}}.", e);
        }
    }

    private sealed record Token(string Name, Role Role, byte[] Hash);
}
