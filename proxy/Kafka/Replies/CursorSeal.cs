using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Jumpgate.Kafka.Replies;

/// <summary>
/// DescribeTopicPartitions in pages: a broker says with which topic the next one begins, and the client gives it back.
/// Where that topic is one that the client may not see, it gets a sealed name, which only this process can open.
/// </summary>
internal sealed class CursorSeal
{
    /// <summary>
    /// No topic's name has it, and all sort behind it: a seal that nobody can open any more begins the list anew.
    /// </summary>
    private const char Mark = '!';

    private const int NonceSize = 12;
    private const int TagSize = 16;

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    public string Close(string topic)
    {
        var name = Encoding.UTF8.GetBytes(topic);
        var bytes = new byte[NonceSize + TagSize + name.Length];
        var nonce = bytes.AsSpan(0, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        using var cipher = new AesGcm(_key, TagSize);
        cipher.Encrypt(nonce, name, bytes.AsSpan(NonceSize + TagSize), bytes.AsSpan(NonceSize, TagSize));
        return Mark + Base64Url.EncodeToString(bytes);
    }

    /// <returns>Null where it is none of ours.</returns>
    public string? Open(string text)
    {
        if (!text.StartsWith(Mark) || !Base64Url.IsValid(text.AsSpan(1)))
        {
            return null;
        }

        var bytes = Base64Url.DecodeFromChars(text.AsSpan(1));
        if (bytes.Length < NonceSize + TagSize)
        {
            return null;
        }

        var name = new byte[bytes.Length - NonceSize - TagSize];
        using var cipher = new AesGcm(_key, TagSize);
        try
        {
            cipher.Decrypt(
                bytes.AsSpan(0, NonceSize), bytes.AsSpan(NonceSize + TagSize), bytes.AsSpan(NonceSize, TagSize), name);
            return Encoding.UTF8.GetString(name);
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }
}
