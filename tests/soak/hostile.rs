//! Clients that mean no good: slow, silent, too large, resetting, half closed, random.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::random::Random;
use super::serving::connect;

/// How long one of them keeps at it, at most.
const KEEPS_AT_IT: Duration = Duration::from_millis(800);
/// One of so many silent ones stays until the server ends it.
const ONE_STAYS_IN: u64 = 100;

/// One of each kind in turn.
pub async fn session(to: SocketAddr, index: u64) -> io::Result<()> {
    let mut random = Random(index);
    let mut stream = connect(to, index).await?;
    match index / 10 % 9 {
        0 => slow(stream).await,
        1 => {
            if random.next().is_multiple_of(ONE_STAYS_IN) {
                let mut all = Vec::new();
                stream.read_to_end(&mut all).await?;
            } else {
                sleep(KEEPS_AT_IT).await;
            }
            Ok(())
        }
        2 => {
            // A payload longer than announced, and a size beyond the limit.
            stream.write_all(b"s rtt 1 10 0\nm 1 ").await?;
            stream.write_all(&vec![b'x'; 50_000]).await?;
            hear_out(stream).await
        }
        3 => {
            stream.write_all(b"s rtt 1 1000000000 0\n").await?;
            hear_out(stream).await
        }
        4 => {
            // A setup line without an end.
            let _ = timeout(KEEPS_AT_IT, async {
                loop {
                    stream.write_all(&[b's'; 1_000]).await?;
                    sleep(Duration::from_millis(1)).await;
                }
                #[expect(unreachable_code, reason = "says what may go wrong before")]
                io::Result::Ok(())
            })
            .await;
            hear_out(stream).await
        }
        5 => reset(stream, random.next() % 4).await,
        6 => {
            stream.write_all(b"s rtt 5 1000 0\nm 1 abc").await?;
            stream.shutdown().await?;
            hear_out(stream).await
        }
        7 => {
            // Asks for much and reads nothing.
            stream.write_all(b"s tput 1000 20000 0\n").await?;
            let probe = format!("m 1 {}\n", "x".repeat(20_000));
            let _ = timeout(KEEPS_AT_IT, async {
                for seq in 1..100 {
                    let probe = probe.replacen('1', &seq.to_string(), 1);
                    stream.write_all(probe.as_bytes()).await?;
                }
                io::Result::Ok(())
            })
            .await;
            Ok(())
        }
        _ => {
            for _ in 0..20 {
                let bytes: Vec<u8> = (0..100).flat_map(|_| random.next().to_le_bytes()).collect();
                stream.write_all(&bytes).await?;
            }
            hear_out(stream).await
        }
    }
}

/// One byte now and then.
async fn slow(mut stream: TcpStream) -> io::Result<()> {
    for byte in b"s rtt 1 3 0\nm 1 abc\nt\n" {
        stream.write_all(&[*byte]).await?;
        sleep(KEEPS_AT_IT / 22).await;
    }
    hear_out(stream).await
}

/// Resets the connection in one phase or another.
async fn reset(mut stream: TcpStream, phase: u64) -> io::Result<()> {
    let said: &[u8] = match phase {
        0 => b"",
        1 => b"s rtt 2 3 0\n",
        2 => b"s rtt 2 3 0\nm 1 abc\nm 2 a",
        _ => b"s rtt 1 3 0\nm 1 abc\nt\n",
    };
    stream.write_all(said).await?;
    sleep(Duration::from_millis(5)).await;
    socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO))
}

/// Hears what the server has to say, for a while.
async fn hear_out(mut stream: TcpStream) -> io::Result<()> {
    let mut all = Vec::new();
    let heard = timeout(KEEPS_AT_IT, stream.read_to_end(&mut all)).await;
    heard.map_or(Ok(()), |heard| heard.map(drop))
}
