//! How it looks: documents and pictures -> text. Foreign text is escaped here, once.
pub mod json;
/// stub
pub mod terminal {
    /// stub
    #[derive(Debug, Clone, Copy)]
    pub struct Style {
        /// stub
        pub width: usize,
        /// stub
        pub color: bool,
    }
}
/// stub
pub fn terminal(d: &crate::report::Document, _s: terminal::Style) -> String {
    format!("{d:#?}")
}
/// stub
pub fn markdown(d: &crate::report::Document) -> String {
    format!("{d:#?}")
}
/// stub
pub fn html(d: &crate::report::Document, _: Option<&str>) -> String {
    format!("{d:#?}")
}
/// stub
pub fn flame_svg(_: &crate::analysis::call_tree::CallTree, _: &str) -> String {
    String::new()
}
