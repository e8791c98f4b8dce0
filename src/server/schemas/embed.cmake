# Writes every schema of the folder SCHEMAS into the C++ file OUTPUT.
file(GLOB files "${SCHEMAS}/*.schema.json")
list(SORT files)
set(rows "")
foreach(file IN LISTS files)
  get_filename_component(name "${file}" NAME)
  file(READ "${file}" text)
  string(APPEND rows "    {\"${name}\", R\"schema(${text})schema\"},\n")
endforeach()
file(WRITE "${OUTPUT}" "#include \"server/schemas/schemas.h\"

namespace signet::server {
namespace {
constexpr Schema kSchemas[] = {
${rows}};
}  // namespace

std::span<const Schema> schemas() { return kSchemas; }

}  // namespace signet::server
")
