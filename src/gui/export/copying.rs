//! The plots as pixels for the clipboard, drawn on a thread of their own.

use std::sync::mpsc::{Receiver, TryRecvError, channel};

use egui::{ColorImage, Context};

use super::Material;

/// Plots that are being drawn for the clipboard.
#[derive(Debug)]
pub struct Copying(Receiver<Result<ColorImage, String>>);

impl Copying {
    /// Begins to draw.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn begin(material: Material, context: &Context) -> std::io::Result<Self> {
        let (sender, result) = channel();
        let waker = context.clone();
        std::thread::Builder::new()
            .name("echograph-copy".to_owned())
            .spawn(move || {
                // A window that was closed meanwhile wants none of it.
                let _ = sender.send(image(&material));
                waker.request_repaint();
            })?;
        Ok(Self(result))
    }

    /// The picture, once it is drawn, or why there is none.
    #[must_use]
    pub fn done(&self) -> Option<Result<ColorImage, String>> {
        match self.0.try_recv() {
            Ok(result) => Some(result),
            Err(TryRecvError::Disconnected) => Some(Err("drawing them was broken off".to_owned())),
            Err(TryRecvError::Empty) => None,
        }
    }
}

fn image(material: &Material) -> Result<ColorImage, String> {
    let pixels = material.pixels().map_err(|error| error.to_string())?;
    Ok(ColorImage::from_rgba_unmultiplied(
        [pixels.width as usize, pixels.height as usize],
        &pixels.rgba,
    ))
}
