using System.Text.Json;
using ActorEvents.Web.Admin.Commands;
using ActorEvents.Web.Admin.Frames;
using Microsoft.AspNetCore.Http;

namespace ActorEvents.Web.Admin.Http;

/// <summary>An answer that is no 200: one JSON object.</summary>
internal static class Refusal
{
    public static Task WriteAsync(HttpContext http, int status, CommandExit exit, string message, string? hint) =>
        WriteAsync(http, status, (int)exit, CommandException.CodeOf(exit), message, hint);

    public static Task WriteAsync(HttpContext http, int status, int exit, string code, string message, string? hint)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json; charset=utf-8";
        return http.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(new { code, message, hint, exit }, FrameLine.Json), http.RequestAborted).AsTask();
    }
}
