# Writes page.tpl and signet.css of the folder PAGES and the documents of the folder WORKFLOWS into the C++ file OUTPUT.
file(READ "${PAGES}/page.tpl" page)
file(READ "${PAGES}/signet.css" style)
file(GLOB documents "${WORKFLOWS}/*.json")
set(workflows "")
foreach(document IN LISTS documents)
  file(READ "${document}" text)
  string(APPEND workflows "R\"workflow(${text})workflow\",\n")
endforeach()
file(WRITE "${OUTPUT}" "#include \"server/authn/pages/pages.h\"

namespace signet::server::authn {

std::string_view page_template() { return R\"page(${page})page\"; }
std::string_view stylesheet() { return R\"style(${style})style\"; }
std::vector<std::string_view> workflow_documents() { return {${workflows}}; }

}  // namespace signet::server::authn
")
