#!/usr/bin/env bash
# A statement whose connection was cut is not rolled back: PostgreSQL 15 notices the cut only when it answers, and commits first. Whoever reconnects (Npgsql 10.0.3) and looks
# finds no row, writes again, waits for the first attempt's lock, and gets 23505 for what is its own row. So "look, and write again if it is not there" is not enough: after
# a refusal one must look a second time. (client_connection_check_interval is 0 by default; a good guess is that the server rolls back when its client is gone.)
# Seen 2026-11-30 with PostgreSQL 15.18 (Debian) and Npgsql 10.0.3:
#   rows right after the cut: 0
#   the same row again: 23505
#   rows then: 1, written by attempt 1
# Needs: dotnet 10, postgresql-15 (initdb, pg_ctl). Fails if the behaviour changes.
set -euo pipefail
bin=/usr/lib/postgresql/15/bin
[ -x "$bin/initdb" ] || { echo "postgresql-15 is not installed" >&2; exit 2; }
tmp=$(mktemp -d); chmod 755 "$tmp"; port=$((30000 + RANDOM % 20000))
as_pg() { if [ "$(id -u)" = 0 ]; then setpriv --reuid postgres --regid postgres --init-groups "$@"; else "$@"; fi; }
mkdir "$tmp/pg"; [ "$(id -u)" != 0 ] || chown postgres "$tmp/pg"
stop() { as_pg "$bin/pg_ctl" -D "$tmp/pg/data" -m immediate stop >/dev/null 2>&1 || true; rm -rf "$tmp"; }
trap stop EXIT
as_pg "$bin/initdb" -D "$tmp/pg/data" -U postgres -A trust --no-sync >/dev/null
as_pg "$bin/pg_ctl" -D "$tmp/pg/data" -w -l "$tmp/pg/log" -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$tmp/pg" start >/dev/null

mkdir "$tmp/cut"; cd "$tmp/cut"
cat >cut.csproj <<'P'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings><Nullable>enable</Nullable></PropertyGroup>
  <ItemGroup><PackageReference Include="Npgsql" Version="10.0.3" /></ItemGroup>
</Project>
P
cat >Program.cs <<'P'
using System.Net;
using System.Net.Sockets;
using Npgsql;

var port = int.Parse(args[0]);
string To(int p) => $"Host=127.0.0.1;Port={p};Username=postgres;Database=postgres;Pooling=false";
NpgsqlConnection Open(int p) { var c = new NpgsqlConnection(To(p)); c.Open(); return c; }
object? Ask(NpgsqlConnection c, string sql) { using var command = new NpgsqlCommand(sql, c); return command.ExecuteScalar(); }

using var direct = Open(port);
// A commit that takes two seconds.
Ask(direct, """
    CREATE TABLE t (id int PRIMARY KEY, attempt int);
    CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(2); RETURN NULL; END $$;
    CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION slow();
    """);

// A way to the server that can be cut.
var listener = new TcpListener(IPAddress.Loopback, 0);
listener.Start();
var sockets = new List<Socket>();
_ = Task.Run(async () =>
{
    var (client, server) = (await listener.AcceptSocketAsync(), new Socket(SocketType.Stream, ProtocolType.Tcp));
    await server.ConnectAsync(IPAddress.Loopback, port);
    sockets.AddRange([client, server]);
    _ = new NetworkStream(client).CopyToAsync(new NetworkStream(server));
    await new NetworkStream(server).CopyToAsync(new NetworkStream(client));
});
var first = Open(((IPEndPoint)listener.LocalEndpoint).Port);
var writing = Task.Run(() => Ask(first, "INSERT INTO t VALUES (1, 1)"));
while ((long)Ask(direct, "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'")! == 0)
{
    await Task.Delay(10);
}

sockets.ForEach(s => s.Dispose());
try { await writing; Console.WriteLine("the client was told that it is written"); return 1; }
catch (NpgsqlException e) { Console.WriteLine($"the client is told: {e.GetType().Name}"); }

using var second = Open(port);
var seen = (long)Ask(second, "SELECT count(*) FROM t")!;
Console.WriteLine($"rows right after the cut: {seen}");
var state = "taken";
try { Ask(second, "INSERT INTO t VALUES (1, 2)"); }
catch (PostgresException e) { state = e.SqlState; }
Console.WriteLine($"the same row again: {state}");
var attempt = Ask(second, "SELECT attempt FROM t WHERE id = 1");
Console.WriteLine($"rows then: {Ask(second, "SELECT count(*) FROM t")}, written by attempt {attempt}");
return seen == 0 && state == "23505" && attempt is 1 ? 0 : 1;
P
dotnet run -v q -- "$port"
