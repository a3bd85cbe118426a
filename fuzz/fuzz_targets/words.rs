//! What users write in fields and options: no panic, and what was read reads the same when it is written out.

#![no_main]

use echograph::experiment::{MAX_SIZES, format_list, parse_list};
use echograph::protocol::EchoStyle;
use echograph::server::AllowList;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(list) = parse_list(text, MAX_SIZES) {
        assert!(list.len() <= MAX_SIZES);
        assert_eq!(parse_list(&format_list(&list), MAX_SIZES), Ok(list));
    }
    if let Ok(style) = text.parse::<EchoStyle>() {
        assert_eq!(style.to_string().parse::<EchoStyle>().as_ref(), Ok(&style));
    }
    if let Ok(list) = text.parse::<AllowList>() {
        assert_eq!(list.to_string().parse::<AllowList>().as_ref(), Ok(&list));
    }
});
