# Writes page.tpl and signet.css of the folder PAGES into the C++ file OUTPUT.
file(READ "${PAGES}/page.tpl" page)
file(READ "${PAGES}/signet.css" style)
file(WRITE "${OUTPUT}" "#include \"server/authn/pages/pages.h\"

namespace signet::server::authn {

std::string_view page_template() { return R\"page(${page})page\"; }
std::string_view stylesheet() { return R\"style(${style})style\"; }

}  // namespace signet::server::authn
")
