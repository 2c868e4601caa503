using System.Runtime.Versioning;
using ActorEvents.Web.Admin.Access;

namespace ActorEvents.Tests.Web.Admin.Access;

[UnsupportedOSPlatform("windows")]
public sealed class TokenFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ae-tokens-").FullName;

    private string File => Path.Combine(_folder, "tokens.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_first_start_makes_one_token_whose_text_is_in_no_file_but_one()
    {
        var tokens = TokenFile.Open(File, out var made);

        var text = System.IO.File.ReadAllText(made!).Trim();
        Assert.Equal(("admin", Role.Admin), tokens.Find(text));
        Assert.DoesNotContain(text, System.IO.File.ReadAllText(File), StringComparison.Ordinal);
        Assert.Null(tokens.Find(text + "x"));
        Assert.Null(tokens.Find(""));
    }

    [Fact]
    public void The_next_start_makes_none()
    {
        TokenFile.Open(File, out var made);
        var text = System.IO.File.ReadAllText(made!).Trim();

        var again = TokenFile.Open(File, out var second);

        Assert.Null(second);
        Assert.NotNull(again.Find(text));
    }

    [Fact]
    public void Both_files_are_their_owner_s_alone()
    {
        TokenFile.Open(File, out var made);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, Mode(File));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, Mode(made!));
    }

    [Fact]
    public void A_file_that_others_may_read_is_refused_with_the_cure()
    {
        TokenFile.Open(File, out _);
        System.IO.File.SetUnixFileMode(File, UnixFileMode.UserRead | UnixFileMode.OtherRead);

        Assert.Contains("chmod 600", Assert.Throws<IOException>(() => TokenFile.Open(File, out _)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_token_that_is_added_or_taken_counts_at_once()
    {
        var tokens = TokenFile.Open(File, out _);
        Write("ops", "operator", "secret");

        Assert.Equal(("ops", Role.Operator), tokens.Find("secret"));

        Write("onlooker", "viewer", "other");
        Assert.Null(tokens.Find("secret"));
        Assert.Equal(("onlooker", Role.Viewer), tokens.Find("other"));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("""{"tokens":[{"name":"a","role":"boss","sha256":"00"}]}""")]
    [InlineData("""{"tokens":[{"name":"a","role":"admin","sha256":"zz"}]}""")]
    public void A_file_that_is_not_as_it_must_be_lets_nobody_in_and_says_the_form(string text)
    {
        TokenFile.Open(File, out _);
        System.IO.File.WriteAllText(File, text);

        Assert.Contains("\"sha256\"", Assert.Throws<IOException>(() => TokenFile.Open(File, out _)).Message, StringComparison.Ordinal);
    }

    private static UnixFileMode Mode(string file) => System.IO.File.GetUnixFileMode(file);

    private void Write(string name, string role, string text) =>
        System.IO.File.WriteAllText(File, $$"""{"tokens":[{"name":"{{name}}","role":"{{role}}","sha256":"{{TokenFile.Hash(text)}}"}]}""");
}
