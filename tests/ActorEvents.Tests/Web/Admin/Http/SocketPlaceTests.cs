using System.Globalization;
using System.Net.Sockets;
using System.Runtime.Versioning;
using ActorEvents.Web.Admin;
using ActorEvents.Web.Admin.Http;

namespace ActorEvents.Tests.Web.Admin.Http;

[UnsupportedOSPlatform("windows")]
public sealed class SocketPlaceTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"ae-{Guid.NewGuid():N}"[..12]);

    private string Own => Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"shop-{Environment.ProcessId}.sock"));

    public void Dispose()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    [Fact]
    public void The_folder_is_made_for_its_owner_alone()
    {
        Assert.Equal(Own, SocketPlace.In(_folder, "shop"));
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(_folder));
    }

    [Fact]
    public void A_folder_that_is_open_to_others_is_closed()
    {
        Directory.CreateDirectory(_folder, OwnerOnly | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);

        SocketPlace.In(_folder, "shop");

        Assert.Equal(OwnerOnly, File.GetUnixFileMode(_folder));
    }

    [Fact]
    public void A_link_in_its_place_is_refused()
    {
        var elsewhere = Directory.CreateTempSubdirectory("ae-else-").FullName;
        try
        {
            Directory.CreateSymbolicLink(_folder, elsewhere);

            Assert.Throws<IOException>(() => SocketPlace.In(_folder, "shop"));
        }
        finally
        {
            Directory.Delete(_folder);
            Directory.Delete(elsewhere);
        }
    }

    [Fact]
    public void What_a_dead_node_has_left_is_taken_away_and_the_rest_is_not()
    {
        Directory.CreateDirectory(_folder, OwnerOnly);
        string[] dead = ["shop-4194999.sock", "shop-4194999.json", "actor-events-4194999-2.json"];
        string[] others = [$"shop-{Environment.ProcessId}.json", $"actor-events-{Environment.ProcessId}-2.json", "notes.txt", "shop-x.json"];
        foreach (var file in dead.Concat(others))
        {
            File.WriteAllText(Path.Combine(_folder, file), "");
        }

        SocketPlace.In(_folder, "shop");

        Assert.Equal(others.Order(StringComparer.Ordinal), Directory.GetFiles(_folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_socket_on_which_nobody_listens_is_taken_and_one_on_which_somebody_does_is_left()
    {
        Directory.CreateDirectory(_folder, OwnerOnly);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(Own));
        socket.Listen();
        Assert.Equal(Own.Replace(".sock", "-2.sock", StringComparison.Ordinal), SocketPlace.In(_folder, "shop"));

        File.Move(Own, Own + ".kept");
        socket.Dispose();
        File.Move(Own + ".kept", Own);

        Assert.Equal(Own, SocketPlace.In(_folder, "shop"));
    }

    [Fact]
    public void A_file_that_is_no_socket_is_not_deleted()
    {
        Directory.CreateDirectory(_folder, OwnerOnly);
        var file = Path.Combine(_folder, "precious");
        File.WriteAllText(file, "text");

        Assert.Null(SocketPlace.Find(file, "shop", out var problem));
        Assert.Contains(file, problem, StringComparison.Ordinal);
        Assert.Equal("text", File.ReadAllText(file));
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_a_problem_and_no_exception()
    {
        Directory.CreateDirectory(_folder, OwnerOnly);
        File.WriteAllText(Path.Combine(_folder, "file"), "");

        Assert.Null(SocketPlace.Find(Path.Combine(_folder, "file", "x.sock"), "shop", out var problem));
        Assert.NotNull(problem);
    }

    [Fact]
    public void A_path_that_is_too_long_is_refused_with_its_length()
    {
        var options = new AdminOptions { Socket = "/tmp/" + new string('a', 120) };

        Assert.Contains("125 bytes", options.Problem(), StringComparison.Ordinal);
        Assert.Contains("103", Assert.Throws<IOException>(() => SocketPlace.In(_folder, new string('s', 100))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("10.0.0.1")]
    [InlineData("::")]
    [InlineData("example.org")]
    public void An_address_that_others_reach_is_refused_as_there_is_no_TLS(string host) =>
        Assert.Contains("no TLS", new AdminOptions { Port = 9110, Host = host }.UseFolder("/tmp").Problem(), StringComparison.Ordinal);

    [Fact]
    public void TCP_is_off_unless_it_is_set_and_then_needs_a_place_for_its_tokens()
    {
        Assert.Null(new AdminOptions { Host = "0.0.0.0" }.Problem());
        Assert.Contains("admin.token-file", new AdminOptions { Port = 0 }.Problem(), StringComparison.Ordinal);
        Assert.Null(new AdminOptions { Port = 0 }.UseFolder("/tmp").Problem());
    }
}
