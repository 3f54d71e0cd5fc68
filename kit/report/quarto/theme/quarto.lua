-- What a notebook's page lacks under Quarto: a title said once, links that lead to where this site has their end,
-- and a project's own words left alone. Blocks of ours are escaped already; what a crash printed is not.
local folder = pandoc.path.directory(quarto.doc.input_file)
local pages = {}
for _, name in ipairs(pandoc.system.list_directory(folder)) do
  local area = name:match("^%d+%-(.+)%.ipynb$")
  if area then pages["area-" .. area] = name end
end

local title = ""

local function remember(meta)
  title = pandoc.utils.stringify(meta.title or "")
end

local function drop_second_title(header)
  if header.level == 1 and pandoc.utils.stringify(header) == title then return {} end
end

local function lead(kind, id)
  local target = kind .. "-" .. id
  return '<a href="' .. (pages[target] or "../report.html#" .. target) .. '"'
end

local function mend_links(block)
  if block.format ~= "html" then return nil end
  for _, kind in ipairs({ "area", "check", "finding" }) do
    block.text = block.text:gsub('<a href="#(' .. kind .. ')%-([%w._-]+)"', lead)
  end
  return block
end

-- A zero-width space keeps Quarto from running a shortcode that some file of the project contains.
local function keep_shortcodes(code)
  code.text = code.text:gsub("{{<", "{{\u{200b}<")
  return code
end

local function drop_remote(image)
  if image.src:match("^%a[%w+.-]*:") or image.src:match("^//") then return image.caption end
end

return {
  { Meta = remember },
  {
    Header = drop_second_title,
    RawBlock = mend_links,
    CodeBlock = keep_shortcodes,
    Code = keep_shortcodes,
    Image = drop_remote,
  },
}
