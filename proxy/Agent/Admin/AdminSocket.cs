using System.Net.Sockets;
using System.Text;

namespace Jumpgate.Agent.Admin;

/// <summary>
/// The path of the admin socket: claimed early, so that an agent that cannot be asked does not start to enforce either.
/// </summary>
internal static class AdminSocket
{
    /// <summary>sizeof(sockaddr_un.sun_path) without the closing zero (unix(7)).</summary>
    private const int MaxPathBytes = 107;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>
    /// Makes way for the socket. One that nobody answers on is left over and removed; one that answers belongs to
    /// another agent; any other kind of file is somebody's.
    /// </summary>
    /// <returns>The absolute path.</returns>
    /// <exception cref="AgentException">No socket can be made there.</exception>
    public static string Claim(string path)
    {
        var full = Path.GetFullPath(path);
        if (Encoding.UTF8.GetByteCount(full) > MaxPathBytes)
        {
            throw new AgentException(
                $"the admin socket {full} has a path longer than {MaxPathBytes} bytes; name a shorter one with --admin-socket");
        }

        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(full)!, OwnerOnly | UnixFileMode.UserExecute);
            RemoveLeftOver(full);
            // Whether it can be made is known only once it is.
            using (Bind(full))
            {
                File.Delete(full);
            }

            return full;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SocketException)
        {
            throw new AgentException(
                $"the admin socket {full} cannot be made: {e.Message}; name another with --admin-socket", e);
        }
    }

    /// <summary>
    /// A bound socket that only its owner may connect to, from the first moment on: before it listens, nobody can.
    /// </summary>
    public static Socket Bind(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint(path));
            File.SetUnixFileMode(path, OwnerOnly);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static void RemoveLeftOver(string path)
    {
        if (!Path.Exists(path))
        {
            return;
        }

        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused && IsSocket(path))
        {
            File.Delete(path);
            return;
        }
        catch (SocketException)
        {
            throw new AgentException(
                $"{path} exists and is no socket of an agent; move it away, or name another with --admin-socket");
        }

        throw new AgentException(
            $"another agent answers on {path}; stop it, or name another socket with --admin-socket");
    }

    private static bool IsSocket(string path) => Files.RegularFile.KindOf(path) == "a socket";
}
